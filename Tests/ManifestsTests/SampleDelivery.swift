import Crypto
import Formats
import Foundation
import Manifests
import Values

/// A delivered folder with a manifest, in the temporary directory until it is released.
final class SampleDelivery {
    let folder: String
    var manifest: Manifest

    var manifestPath: String { folder + "/manifest.json" }

    init(_ contents: [String: [UInt8]], rows: [String: Int64], settings: String = "{}") throws {
        folder = NSTemporaryDirectory() + "ferry-manifests-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let files = contents.map { name, bytes in
            Manifest.File(
                name: name, table: TableName(schema: "public", name: name),
                rows: rows[name] ?? 0, bytes: Int64(bytes.count),
                sha256: SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined(),
                columns: [Manifest.Column(name: "id", type: "bigint", nullable: false)])
        }
        manifest = try .sample(files: files, settings: settings)
        for (name, bytes) in contents { try write(bytes, to: name) }
        try write(manifest.encoded(), to: "manifest.json")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: folder + "/" + name))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: folder + "/" + name)
    }
}

extension Manifest {
    static func sample(files: [File] = [], settings: String = "{}") throws -> Manifest {
        try Manifest(
            export: Export(id: 7, name: "Daily customers", version: 3), run: 42,
            environment: "production", database: "crm",
            snapshot: Snapshot(
                id: "00000003-0000001B-1",
                takenAt: Instant(microsecondsSince1970: 1_740_830_400_000_250),
                walPosition: "16/B374D848"),
            startedAt: Instant(microsecondsSince1970: 1_740_830_399_000_000),
            format: DataTemplateSettings(json: settings), files: files)
    }
}
