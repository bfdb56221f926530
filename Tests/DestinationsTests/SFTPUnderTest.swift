import Credentials
import Foundation
import TestSupport
import Testing

@testable import Destinations

extension SFTPServer {
    /// With the credential `sftp`; that of the key that is let in unless another is given.
    func credentials(_ credential: String? = nil) throws -> WorkerCredentials {
        let text = try credential ?? self.credential()
        return WorkerCredentials(environment: { ["FERRY_CREDENTIAL_SFTP": text] })
    }

    /// - Parameter changes: Settings to have besides or instead; without the empty ones.
    func settings(
        path: String, port: Int? = nil, _ changes: [String: String] = [:]
    ) throws -> SFTPSettings {
        var values = try settings(path: path)
        if let port { values["port"] = port }
        for (name, value) in changes { values[name] = value.isEmpty ? nil : value }
        return try SFTPSettings(json: JSONSerialization.data(withJSONObject: values))
    }
}

/// A folder on the server, and the eyes to look at what it holds.
final class SFTPUnderTest: DestinationUnderTest {
    let server: SFTPServer
    private let directory: DirectoryUnderTest
    let settings: SFTPSettings
    let credentials: WorkerCredentials
    private let answer: Duration

    var root: String { directory.root }

    /// - Parameter server: The one of OpenSSH that tests share unless another is given.
    init(
        server: SFTPServer? = nil, root: String? = nil, port: Int? = nil,
        answer: Duration = .seconds(120), credential: String? = nil,
        _ changes: [String: String] = [:]
    ) throws {
        let server = try server ?? SFTPServer.shared.get()
        self.server = server
        self.answer = answer
        let within = server.root.isEmpty ? nil : "\(server.root)/\(UUID().uuidString)"
        directory = try DirectoryUnderTest(root: root ?? within)
        let path = String(directory.root.dropFirst(server.root.count))
        settings = try server.settings(path: path, port: port, changes)
        credentials = try self.server.credentials(credential)
    }

    func connect(step: @escaping @Sendable (String) throws -> Void) -> any DestinationAdapter {
        SFTPDestination(
            name: "crm", settings: settings, credentials: credentials,
            timeouts: SFTPTimeouts(
                connect: .seconds(60), answer: answer, synchronize: answer),
            // With the destination, its folder stays.
            step: { [self] in
                _ = self
                try step($0)
            })
    }

    /// The same folder, not by way of the server.
    var local: any DestinationAdapter { directory.connect() }

    func visible() throws -> [String: [UInt8]] { try directory.visible() }

    func staged() throws -> [String] { try directory.staged() }

    /// The paths of all files and folders, staging among them.
    func everything() throws -> [String] { try FileManager.default.pathsBelow(root).sorted() }
}

/// Waits, within a time, until something holds.
func eventually(_ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while try !condition() {
        try #require(ContinuousClock.now < deadline, "it never came about")
        try await Task.sleep(for: .milliseconds(5))
    }
}
