import Crypto
import Formats
import Foundation
import Manifests
import TestSupport
import Testing
import Values

@testable import Destinations

/// The kinds that the conformance suite runs over.
enum KindUnderTest: Hashable, CaseIterable, CustomTestStringConvertible {
    case directory
    case sftp(SFTPServer.Kind)
    case s3
    /// Another server, with fewer abilities.
    case s3AtRclone

    /// All whose servers are installed. What is left out is said by ``SFTPServerTests``; and
    /// rclone's ends under so many connections at once, so there it has a test of its own.
    static var allCases: [KindUnderTest] {
        [.directory]
            + [.openSSH, .proFTPD].filter(\SFTPServer.Kind.isInstalled).map(KindUnderTest.sftp)
            + [.s3, .s3AtRclone]
    }

    var isSFTP: Bool { if case .sftp = self { true } else { false } }

    var testDescription: String {
        switch self {
        case .directory: "directory"
        case .sftp(let server): "sftp (\(server))"
        case .s3: "s3"
        case .s3AtRclone: "s3 (rclone)"
        }
    }

    /// How often to try what only chance brings about; a connection takes its time.
    var rounds: Int {
        switch self {
        case .directory: 30
        case .sftp: 5
        case .s3, .s3AtRclone: 2
        }
    }

    func make() throws -> any DestinationUnderTest {
        switch self {
        case .directory: try DirectoryUnderTest()
        case .sftp(let server): try SFTPUnderTest(server: SFTPServer.ofKind(server))
        case .s3: try S3UnderTest()
        case .s3AtRclone: try S3UnderTest(server: .rclone)
        }
    }
}

/// A real destination of some kind, and the eyes to look at what it holds.
protocol DestinationUnderTest: Sendable {
    /// A new object for the same place, as another process would have it.
    func connect(step: @escaping @Sendable (String) throws -> Void) -> any DestinationAdapter

    /// What a reader of the destination sees, by path. Staging is not seen.
    func visible() throws -> [String: [UInt8]]

    /// The paths of what is in staging.
    func staged() throws -> [String]

    /// Whether a folder can be there without a file in it.
    var hasFolders: Bool { get }

    /// Whether files may be seen before their manifest, because the destination has nothing like
    /// a rename that shows them all at once.
    var showsFilesBeforeTheirManifest: Bool { get }

    /// Whether a file is replaced in one step: each of several writers sees what the others did,
    /// and readers see no partial file.
    var replacesAtOnce: Bool { get }
}

extension DestinationUnderTest {
    var hasFolders: Bool { true }
    var showsFilesBeforeTheirManifest: Bool { false }
    var replacesAtOnce: Bool { true }

    func connect() -> any DestinationAdapter { connect { _ in } }

    /// Whether what a reader sees is nothing, or this whole, though it may not be named yet as the
    /// latest.
    func isNothing(_ seen: [String: [UInt8]], or whole: [String: [UInt8]]) -> Bool {
        if seen == whole || seen == whole.withoutLatest { return true }
        guard showsFilesBeforeTheirManifest else { return seen.isEmpty }
        // What is seen of it is right, and without a manifest it does not count. What comes after
        // the manifest comes in order.
        let files = whole.filter {
            !["manifest.json", ".DONE", "latest.json"].contains(lastPart(of: $0.key))
        }
        let names = Set(seen.keys.map(lastPart))
        return seen.allSatisfy { whole[$0.key] == $0.value }
            && (names.contains("manifest.json")
                ? files.allSatisfy { seen[$0.key] != nil }
                    && (names.contains(".DONE") || !names.contains("latest.json"))
                : names.isDisjoint(with: [".DONE", "latest.json"]))
    }
}

extension [String: [UInt8]] {
    var withoutLatest: Self { filter { !$0.key.hasSuffix("/latest.json") } }
}

/// The last part of a path.
func lastPart(of path: String) -> String { String(path.split(separator: "/").last ?? "") }

final class DirectoryUnderTest: DestinationUnderTest {
    let root: String

    init(root: String? = nil) throws {
        self.root = root ?? NSTemporaryDirectory() + "ferry-destination-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: self.root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func connect(step: @escaping @Sendable (String) throws -> Void) -> any DestinationAdapter {
        DirectoryDestination(
            name: "crm", settings: .at(root), allowedRoots: [root], step: step)
    }

    private func paths() throws -> [String] {
        try FileManager.default.pathsBelow(root).filter {
            try FileSystem.size(of: root + "/" + $0) != nil
        }
    }

    func visible() throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for path in try paths() where !path.hasPrefix(".staging/") {
            contents[path] = try FileSystem.read(root + "/" + path)
        }
        return contents
    }

    func staged() throws -> [String] {
        try paths().filter { $0.hasPrefix(".staging/") }.sorted()
    }
}

extension DirectorySettings {
    static func at(_ path: String) -> DirectorySettings {
        do {
            let json = try JSONEncoder().encode(["path": path])
            return try DirectorySettings(json: json)
        } catch {
            preconditionFailure("\(path): \(error)")
        }
    }
}

extension DestinationAdapter {
    /// Opens a file that is not known to hold the rows of a table.
    func stage(
        _ delivery: StagedDelivery, file name: String
    ) async throws -> any StagedFileWriter {
        try await stage(delivery, StagedFile(name))
    }
}

/// A delivery of a few small files and a success file, in the folder `Daily customers/run-42`.
struct SamplePublication {
    static let folder = "Daily customers/run-42"
    let contents: [String: [UInt8]]
    let publication: Publication
    private let manifest: Manifest

    /// - Parameter tokens: The token under which each file is staged, by name.
    init(
        tokens: [String: Int64] = ["a.csv": 1, "b.csv": 2, "c.csv": 1], token: Int64 = 9,
        run: Int64 = 42, note: String = "", successFile: Bool = true
    ) throws {
        let contents = tokens.mapValues { Array("id\n\($0)\(note)\n".utf8) }
        let files = contents.map { name, bytes in
            Manifest.File(
                name: name, table: TableName(schema: "public", name: name), rows: 1,
                bytes: Int64(bytes.count),
                sha256: SHA256.hash(data: bytes).hexadecimal, columns: [])
        }
        let time = Instant(microsecondsSince1970: 0)
        manifest = try Manifest(
            export: Manifest.Export(id: 1, name: "Daily customers", version: 1), run: run,
            environment: "production", database: "crm",
            snapshot: Manifest.Snapshot(takenAt: time), startedAt: time,
            format: DataTemplateSettings(json: #"{"success_file": \#(successFile)}"#),
            files: files)
        self.contents = contents
        publication = Publication(
            run: run, token: token, folder: run == 42 ? Self.folder : "Daily customers/run-\(run)",
            files: tokens.keys.sorted().map {
                Publication.File(name: $0, stagedToken: tokens[$0] ?? 0)
            },
            manifest: manifest.encoded())
    }

    func stage(at destination: any DestinationAdapter) async throws {
        for file in publication.files {
            let writer = try await destination.stage(
                StagedDelivery(run: publication.run, token: file.stagedToken), file: file.name)
            try writer.write(contents[file.name] ?? [])
            _ = try writer.finish()
        }
    }

    /// What a reader sees once it is published.
    var visible: [String: [UInt8]] {
        var visible = [
            publication.folder + "/manifest.json": publication.manifest,
            "Daily customers/latest.json": publication.latest(manifest).encoded(),
        ]
        if manifest.format.successFile { visible[publication.folder + "/.DONE"] = [] }
        for (name, bytes) in contents { visible[publication.folder + "/" + name] = bytes }
        return visible
    }
}
