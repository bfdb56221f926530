import Crypto
import Foundation
import Testing
import Values

@testable import Formats
@testable import Manifests

@Suite("Verifying an archive")
struct ArchiveVerificationTests {
    typealias Contents = [(name: String, bytes: [UInt8])]

    static let contents: Contents = [
        ("orders.csv", Array("id,note\n1,a\n2,b\n".utf8)), ("empty.csv", Array("id\n".utf8)),
    ]

    /// A folder with one archive and its manifest.
    final class Delivery {
        let folder = NSTemporaryDirectory() + "ferry-manifests-" + UUID().uuidString
        let archive: [UInt8]
        let manifest: Manifest

        /// - Parameter delivered: What is in the archive, where that is not what the manifest says.
        init(
            _ compression: Compression, _ contents: Contents = contents,
            delivered: Contents? = nil, rows: Int64 = 2, tail: [UInt8] = []
        ) throws {
            var settings = DataTemplateSettings()
            settings.compression = compression
            let members = contents.map { name, bytes in
                Manifest.File(
                    name: name, table: TableName(schema: "public", name: name),
                    rows: name == "orders.csv" ? rows : 0, bytes: Int64(bytes.count),
                    sha256: SHA256.hash(data: bytes).hexadecimal, columns: [])
            }
            archive = try Self.pack(delivered ?? contents, settings) + tail
            manifest = try .sample(
                files: [
                    Manifest.File(
                        archive: "All" + settings.archiveExtension, bytes: Int64(archive.count),
                        sha256: SHA256.hash(data: archive).hexadecimal, members: members)
                ], settings: #"{"compression": "\#(compression.rawValue)"}"#)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try write(archive)
            try Data(manifest.encoded()).write(to: URL(filePath: folder + "/manifest.json"))
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        private static func pack(
            _ contents: Contents, _ settings: DataTemplateSettings
        ) throws -> [UInt8] {
            guard let writer = settings.archive?.makeWriter(modified: 0) else { return [] }
            var packed: [UInt8] = []
            for (name, bytes) in contents {
                try writer.begin(name) { packed += $0 }
                try bytes.withUnsafeBytes { try writer.write($0) { packed += $0 } }
                try writer.endMember { packed += $0 }
            }
            try writer.finish { packed += $0 }
            guard let compressor = try settings.archiveCompression.makeCompressor() else {
                return packed
            }
            var result: [UInt8] = []
            try packed.withUnsafeBytes { try compressor.process($0) { result += $0 } }
            try compressor.finish { result += $0 }
            return result
        }

        func write(_ bytes: [UInt8]) throws {
            try Data(bytes).write(to: URL(filePath: folder + "/" + manifest.files[0].name))
        }

        var findings: [String] {
            get throws {
                try verify(manifestAt: folder + "/manifest.json").findings.map(\.description)
            }
        }
    }

    @Test(arguments: [Compression.zip, .tar, .tgz])
    func `finds nothing wrong with what was delivered`(compression: Compression) throws {
        let delivery = try Delivery(compression)

        let report = try verify(manifestAt: delivery.folder + "/manifest.json")

        #expect(report.isComplete && report.notCounted.isEmpty)
        #expect(report.manifest == delivery.manifest)
        let totals = Manifest.Totals(files: 1, rows: 2, bytes: Int64(delivery.archive.count))
        #expect(report.manifest.totals == totals)
    }

    @Test(arguments: [Compression.zip, .tar, .tgz])
    func `compares each file in it`(compression: Compression) throws {
        let name = "All" + Compression.fileEnding(compression)
        var other = Self.contents
        other[0].bytes[8] ^= 1
        other[1] = ("new.csv", [])

        let hashes = [other, Self.contents].map { SHA256.hash(data: $0[0].bytes).hexadecimal }
        #expect(
            try Delivery(compression, delivered: other).findings == [
                "changed: \(name)/orders.csv has SHA-256 \(hashes[0]), the manifest says "
                    + hashes[1],
                "extra: \(name)/new.csv is not in the manifest", "missing: \(name)/empty.csv",
            ])
        #expect(
            try Delivery(compression, rows: 3).findings == [
                "wrong rows: \(name)/orders.csv has 2, the manifest says 3"
            ])
    }

    @Test(arguments: [Compression.zip, .tar, .tgz])
    func `names what is cut short, continues, or is none at all`(compression: Compression) throws {
        let name = "All" + Compression.fileEnding(compression)
        let delivery = try Delivery(compression)
        let bytes = delivery.archive

        try delivery.write(Array(bytes.dropLast(5)))
        #expect(try delivery.findings.first?.hasPrefix("short: \(name) has") == true)
        try delivery.write(bytes + [0])
        #expect(try delivery.findings.first?.hasPrefix("long: \(name) has") == true)
        let longer = try Delivery(compression, tail: [1, 2, 3])
        #expect(try longer.findings.first?.hasPrefix("damaged: \(name): ") == true)
    }

    @Test(arguments: [Compression.zip, .tar, .tgz])
    func `finds every changed byte`(compression: Compression) throws {
        let delivery = try Delivery(compression)

        for index in stride(from: 0, to: delivery.archive.count, by: 13) {
            var changed = delivery.archive
            changed[index] ^= 0x41
            try delivery.write(changed)
            #expect(try delivery.findings.first?.hasPrefix("changed: All.") == true)
        }
    }

    @Test func `reads the manifest only if its members add up`() throws {
        let delivery = try Delivery(.zip)
        let text = String(decoding: delivery.manifest.encoded(), as: UTF8.self)
        #expect(text.contains("\"manifest\" : \"ferry/1.1\""))

        for (old, new) in [
            ("\"rows\" : 2,\n          \"sha256\"", "\"rows\" : 1,\n          \"sha256\""),
            (
                "\"name\" : \"orders.csv\",\n          \"rows\"",
                "\"name\" : \"../o\",\n          \"rows\""
            ),
        ] {
            let broken = text.replacing(old, with: new)
            #expect(broken != text)
            #expect(throws: ManifestError.self) {
                try Manifest(decoding: Array(broken.utf8))
            }
        }
    }
}

extension Compression {
    fileprivate static func fileEnding(_ compression: Compression) -> String {
        "." + compression.rawValue
    }
}
