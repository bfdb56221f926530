import Crypto
import Formats
import Foundation
import Testing

@testable import Manifests

@Suite("Verifying a delivery")
struct VerificationTests {
    let orders = Array("id,note\n1,a\n2,\"two\nlines\"\n".utf8)
    let empty = Array("id\n".utf8)

    func delivery() throws -> SampleDelivery {
        try SampleDelivery(
            ["orders.csv": orders, "empty.csv": empty], rows: ["orders.csv": 2, "empty.csv": 0])
    }

    func findings(_ delivery: SampleDelivery) throws -> [String] {
        try verify(manifestAt: delivery.manifestPath).findings.map(\.description)
    }

    @Test func `finds nothing wrong with a complete one`() throws {
        let delivery = try delivery()

        let report = try verify(manifestAt: delivery.manifestPath)

        #expect(report.isComplete)
        #expect(report.bytesRead == Int64(orders.count + empty.count))
        #expect(report.manifest == delivery.manifest)
    }

    @Test func `finds a missing file`() throws {
        let delivery = try delivery()
        try delivery.remove("orders.csv")

        #expect(try findings(delivery) == ["missing: orders.csv"])
    }

    @Test func `finds extra files and folders`() throws {
        let delivery = try delivery()
        try delivery.write([], to: "new\u{202E}.csv")
        try FileManager.default.createDirectory(
            atPath: delivery.folder + "/folder", withIntermediateDirectories: false)

        #expect(
            try findings(delivery) == [
                "extra: folder is not in the manifest",
                "extra: new\\u{202e}.csv is not in the manifest",
            ])
    }

    @Test func `finds a short and a long file`() throws {
        let delivery = try delivery()
        try delivery.write(Array(orders.dropLast(12)), to: "orders.csv")
        try delivery.write(empty + [0x0A], to: "empty.csv")

        #expect(
            try findings(delivery) == [
                "long: empty.csv has 4 bytes, the manifest says 3",
                "wrong rows: empty.csv has 1, the manifest says 0",
                "short: orders.csv has 14 bytes, the manifest says 26",
            ])
    }

    @Test func `finds a single changed bit`() throws {
        let delivery = try delivery()
        var changed = orders
        changed[9] ^= 1
        try delivery.write(changed, to: "orders.csv")

        let found = try findings(delivery)

        let hash = SHA256.hash(data: changed).map { String(format: "%02x", $0) }.joined()
        let file = try #require(delivery.manifest.files.first { $0.name == "orders.csv" })
        #expect(
            found == [
                "changed: orders.csv has SHA-256 \(hash), the manifest says \(file.sha256)"
            ])
    }

    @Test func `finds a manifest with the wrong number of rows`() throws {
        let delivery = try SampleDelivery(["orders.csv": orders], rows: ["orders.csv": 3])

        #expect(try findings(delivery) == ["wrong rows: orders.csv has 2, the manifest says 3"])
    }

    @Test func `finds a file without the header it should have`() throws {
        let delivery = try SampleDelivery(["orders.csv": []], rows: [:])

        #expect(try findings(delivery) == ["damaged: orders.csv: its header line is missing"])
    }

    @Test func `finds a link or a folder in place of a file, and follows neither`() throws {
        let delivery = try delivery()
        try delivery.remove("orders.csv")
        try FileManager.default.createSymbolicLink(
            atPath: delivery.folder + "/orders.csv", withDestinationPath: "empty.csv")
        try delivery.remove("empty.csv")
        try FileManager.default.createDirectory(
            atPath: delivery.folder + "/empty.csv", withIntermediateDirectories: false)

        #expect(try findings(delivery) == ["not a file: empty.csv", "not a file: orders.csv"])
    }

    @Test func `counts rows inside gzip and finds damage there`() throws {
        let compressor = try GzipCompressor()
        var packed: [UInt8] = []
        try orders.withUnsafeBytes { bytes in try compressor.process(bytes) { packed += $0 } }
        try compressor.finish { packed += $0 }
        let name = "orders.csv.gz"
        let settings = #"{"compression": "gzip"}"#

        let good = try SampleDelivery([name: packed], rows: [name: 2], settings: settings)
        let wrong = try SampleDelivery([name: packed], rows: [name: 7], settings: settings)
        let cut = try SampleDelivery(
            [name: Array(packed.dropLast(3))], rows: [name: 2], settings: settings)

        #expect(try findings(good).isEmpty)
        #expect(try findings(wrong) == ["wrong rows: orders.csv.gz has 2, the manifest says 7"])
        #expect(try findings(cut).first?.hasPrefix("damaged: orders.csv.gz: ") == true)
    }

    @Test func `reads a file of many buffers`() throws {
        let line = Array("0123456789,\"a \"\"quoted\"\" value\"\n".utf8)
        let big = (0..<100_000).flatMap { _ in line }
        let delivery = try SampleDelivery(
            ["big.csv": big], rows: ["big.csv": 100_000], settings: #"{"header": false}"#)

        #expect(try findings(delivery).isEmpty)
    }

    @Test func `looks for the success file that the settings ask for`() throws {
        let delivery = try SampleDelivery(
            ["orders.csv": orders], rows: ["orders.csv": 2], settings: #"{"success_file": true}"#)
        #expect(try findings(delivery) == ["missing: .DONE"])

        try delivery.write([], to: ".DONE")
        #expect(try findings(delivery).isEmpty)

        try delivery.write([0x21], to: ".DONE")
        #expect(try findings(delivery) == ["long: .DONE has 1 bytes, the manifest says 0"])
    }

    @Test func `finds a success file that the settings do not ask for`() throws {
        let delivery = try delivery()
        try delivery.write([], to: ".DONE")

        #expect(try findings(delivery) == ["extra: .DONE is not in the manifest"])
    }

    @Test func `needs a manifest`() throws {
        let delivery = try delivery()
        try delivery.remove("manifest.json")

        let error = #expect(throws: ManifestError.self) {
            try verify(manifestAt: delivery.manifestPath)
        }

        #expect(error?.description.hasSuffix("manifest.json\": no such file") == true)
    }

    @Test func `refuses a manifest that points outside its folder`() throws {
        let delivery = try delivery()
        let text = String(decoding: delivery.manifest.encoded(), as: UTF8.self)
        let evil = text.replacing(
            "\"name\" : \"orders.csv\",\n      \"rows\"",
            with: "\"name\" : \"../orders.csv\",\n      \"rows\"")
        try delivery.write(Array(evil.utf8), to: "manifest.json")

        #expect(throws: ManifestError.unsafeFileName("../orders.csv")) {
            try verify(manifestAt: delivery.manifestPath)
        }
    }
}
