import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import Destinations

@Suite("A bucket whose objects are locked by default", .timeLimit(.minutes(15)))
struct S3LockTests {
    let place: S3UnderTest

    init() async throws {
        place = try S3UnderTest()
        let request = S3Request(
            operation: "PutBucketVersioning", method: .PUT, query: [("versioning", "")],
            body: ByteBuffer(
                string: "<VersioningConfiguration><Status>Enabled</Status>"
                    + "</VersioningConfiguration>"))
        _ = try await place.eyes.send(request)
        let lock = S3Request(
            operation: "PutObjectLockConfiguration", method: .PUT, query: [("object-lock", "")],
            body: ByteBuffer(
                string: "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>"
                    + "<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days>"
                    + "</DefaultRetention></Rule></ObjectLockConfiguration>"))
        _ = try await place.eyes.send(lock)
    }

    private func destination(_ way: FaultyWay, wholeMax: Int64 = 512 << 20) throws -> S3Destination
    {
        var client = try place.client(port: way.port)
        client.copySizes.wholeMax = wholeMax
        return S3Destination(client: client) { _ in }
    }

    @Test(arguments: [1, 512 << 20] as [Int64])
    func `gets deliveries, whole and in parts`(wholeMax: Int64) async throws {
        let way = try FaultyWay(to: place.server.port) { _ in .passed }
        let destination = try destination(way, wholeMax: wholeMax)
        let samples = [try SamplePublication(), try SamplePublication(run: 43)]

        try await destination.test()
        for sample in samples {
            try await sample.stage(at: destination)
            try await destination.rehearse(sample.publication)
            try await destination.publish(sample.publication)
            try await destination.discard(run: sample.publication.run, exceptTokens: [])
        }

        let seen = try place.visible()
        #expect(samples[1].visible.allSatisfy { seen[$0.key] == $0.value })
        #expect(try place.staged().isEmpty)
        // What a bucket wants is found out once.
        let copies = way.seen.filter {
            let head = $0.head.lowercased()
            return head.contains("x-amz-copy-source:") && !head.contains("content-md5")
                && !head.contains("x-amz-copy-source-range")
        }
        #expect(copies.count == (wholeMax == 1 ? 0 : 1))
    }

    @Test func `gets large files`() async throws {
        let writer = try await place.connect().stage(
            StagedDelivery(run: 1, token: 1), file: "big.csv")
        let bytes = [UInt8](repeating: 7, count: S3PartSizes.smallest + 1)

        try writer.write(bytes)

        #expect(try writer.finish().bytes == Int64(bytes.count))
    }
}
