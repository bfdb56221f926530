import Crypto
import Foundation
import Testing

@testable import Manifests

@Suite("A latest.json")
struct LatestDeliveryTests {
    private let delivery: SampleDelivery
    private let folder: String

    /// A delivery, and beside it room for the file.
    init() throws {
        delivery = try SampleDelivery(
            ["orders.csv": Array("id\n1\n".utf8)], rows: ["orders.csv": 1])
        folder = delivery.folder + "-export"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
    }

    /// Writes the file with the delivery in place.
    private func write(_ latest: LatestDelivery) throws -> String {
        try FileManager.default.copyItem(atPath: delivery.folder, toPath: folder + "/run-42")
        let path = folder + "/latest.json"
        try Data(latest.encoded()).write(to: URL(filePath: path))
        return path
    }

    private var latest: LatestDelivery {
        LatestDelivery(of: delivery.manifest, in: "run-42", sha256: delivery.manifest.sha256)
    }

    @Test func `has canonical bytes`() throws {
        let bytes = latest.encoded()

        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {
                  "folder" : "run-42",
                  "manifest" : "run-42/manifest.json",
                  "run" : 42,
                  "sha256" : "\(delivery.manifest.sha256)",
                  "snapshot_taken_at" : "2025-03-01T12:00:00.000250Z"
                }

                """)
        #expect(LatestDelivery(decoding: bytes) == latest)
    }

    @Test(arguments: ["../x", "/etc", "a/b", "..", ""])
    func `names no folder elsewhere`(name: String) {
        let latest = LatestDelivery(
            of: delivery.manifest, in: name, sha256: delivery.manifest.sha256)

        #expect(LatestDelivery(decoding: latest.encoded()) == nil)
    }

    @Test func `leads to a delivery to be verified`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try write(latest)

        let report = try verify(latestAt: path)

        #expect(report.isComplete && report.manifest == delivery.manifest)
    }

    @Test func `refuses a manifest other than the one it names`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let hash = String(repeating: "0", count: 64)
        let path = try write(
            LatestDelivery(of: delivery.manifest, in: "run-42", sha256: hash))

        let error = #expect(throws: ManifestError.self) { try verify(latestAt: path) }

        #expect(
            error?.description.hasSuffix(
                "run-42/manifest.json\" has SHA-256 \(delivery.manifest.sha256), latest.json says "
                    + "\(hash): do not trust this delivery") == true)
    }

    @Test func `must be one`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let error = #expect(throws: ManifestError.self) {
            try verify(latestAt: delivery.manifestPath)
        }

        #expect(error?.description.hasSuffix("is not a latest.json of Ferry") == true)
    }
}
