import Foundation
import TestSupport

/// A place for deliveries that workers reach over the network, and the eyes to look at it.
final class RemotePlace: Sendable {
    enum Kind: String, CaseIterable {
        case s3
        case sftp
    }

    let kind: Kind
    /// The JSON of the destination's settings.
    let settings: String
    /// What workers need to get in: the settings name it.
    let environment: [String: String]
    private let server: Server
    private let folder: String

    private enum Server {
        case s3(S3Bucket)
        case sftp(SFTPServer)
    }

    /// - Parameter isOwn: Has a server that no other test uses.
    init(_ kind: Kind, in scene: Scene, isOwn: Bool = false) throws {
        self.kind = kind
        folder = scene.folder + "/remote-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var values: [String: Any]
        switch kind {
        case .s3:
            let bucket = try S3Bucket(server: isOwn ? S3Server() : nil)
            values = [
                "bucket": bucket.name, "prefix": "out/crm",
                "endpoint": "http://127.0.0.1:\(bucket.server.port)", "credential": "remote",
            ]
            environment = ["FERRY_CREDENTIAL_REMOTE": S3Bucket.credential]
            server = .s3(bucket)
        case .sftp:
            let sshd = try isOwn ? SFTPServer() : SFTPServer.shared.get()
            values = try sshd.settings(path: folder)
            values["credential"] = "remote"
            environment = ["FERRY_CREDENTIAL_REMOTE": try sshd.credential()]
            server = .sftp(sshd)
        }
        settings = String(
            decoding: try JSONSerialization.data(withJSONObject: values), as: UTF8.self)
    }

    /// The current contents.
    func delivered() throws -> Delivered {
        guard case .s3(let bucket) = server else { return Delivered(path: folder) }
        let copy = folder + "/" + UUID().uuidString
        try bucket.download(to: copy)
        return Delivered(path: copy + "/out/crm")
    }

    /// Waits until nothing is left of what was not published, which may come after the run's end.
    func nothingStaged() async throws {
        try await eventually("nothing is staged at \(kind)") {
            try delivered().staged.isEmpty
        }
    }

    /// From now on the server refuses the key that it let in until now.
    func refuse() throws {
        switch server {
        case .s3(let bucket): try bucket.refuseAll()
        case .sftp(let sshd):
            try Data().write(to: URL(filePath: sshd.folder + "/authorized_keys"))
        }
    }
}

extension Scene {
    /// Starts a worker that can get into the place.
    func start(
        _ name: String, for place: RemotePlace, failpoint: String? = nil
    ) throws -> WorkerProcess {
        try start(name, failpoint: failpoint, environment: place.environment)
    }

    /// See ``configure(kind:settings:tables:template:)``.
    func configure(
        at place: RemotePlace, tables: String = "\"all\"", template: String = #"{"format": "csv"}"#
    ) async throws {
        try await configure(
            kind: place.kind.rawValue, settings: place.settings, tables: tables,
            template: template)
    }
}
