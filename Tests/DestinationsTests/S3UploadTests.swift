import Crypto
import Formats
import Foundation
import Locks
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import Destinations

@Suite("A large file at S3", .timeLimit(.minutes(15)))
struct S3UploadTests {
    static let delivery = StagedDelivery(run: 1, token: 1)
    let place: S3UnderTest
    /// Two full parts and the beginning of a third.
    static let bytes: [UInt8] = {
        // No two blocks are the same, so that parts out of place are seen.
        let block = (0..<65_532).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        return (0..<(17 << 4)).flatMap { number in
            withUnsafeBytes(of: UInt32(number)) { Array($0) } + block
        }
    }()
    let bytes = Self.bytes

    init() throws { place = try S3UnderTest() }

    private func destination(_ way: FaultyWay? = nil) throws -> S3Destination {
        S3Destination(client: try place.client(port: way?.port)) { _ in }
    }

    private func stage(at destination: S3Destination) async throws -> WrittenFile {
        let writer = try await destination.stage(Self.delivery, file: "big.csv")
        for start in stride(from: 0, to: bytes.count, by: 1_000_000) {
            try writer.write(Array(bytes[start..<min(start + 1_000_000, bytes.count)]))
        }
        return try writer.finish()
    }

    private func staged() async throws -> [UInt8]? {
        try await place.eyes.get("out/crm/.staging/1/1/big.csv", bytesMax: 64 << 20)
    }

    @Test func `is put in parts and is what was written`() async throws {
        let way = try FaultyWay(to: place.server.port) { _ in .passed }

        let written = try await stage(at: destination(way))

        #expect(written.bytes == bytes.count)
        #expect(written.sha256 == SHA256.hash(data: bytes).hexadecimal)
        #expect(try await staged() == bytes)
        #expect(way.requests.filter { $0.contains("partNumber=") }.count == 3)
    }

    @Test func `is given up at once when it is cancelled, although nothing answers`() async throws {
        let hole = try BlackHole(before: place.server.port)
        defer { hole.close() }
        let writer = try await S3Destination(client: place.client(port: hole.port)) { _ in }
            .stage(Self.delivery, file: "big.csv")
        hole.hush()
        let bytes = bytes
        let writing = Task.detached { try writer.write(bytes) }
        try await eventually("it waits for an answer") { hole.isAsked }

        writer.cancel()

        await #expect(throws: CancellationError.self) { try await writing.value }
        #expect(throws: CancellationError.self) { try writer.write([1]) }
        writer.abandon()
    }

    @Test func `of exactly one part is one request`() async throws {
        let way = try FaultyWay(to: place.server.port) { _ in .passed }
        let writer = try await destination(way).stage(Self.delivery, file: "big.csv")

        try writer.write(Array(bytes.prefix(S3PartSizes.smallest)))
        _ = try writer.finish()

        #expect(way.requests.count == 1)
        #expect(try await staged()?.count == S3PartSizes.smallest)
    }

    /// Each request to make, put and complete it once ends so.
    @Test(arguments: [
        FaultyWay.Fate.refused(503, "SlowDown"), .cutAfterRequestBytes(2000),
        .cutAfterAnswerBytes(0),
    ])
    func `survives a service that fails for a while`(fate: FaultyWay.Fate) async throws {
        let met = Locked<Set<String>>([])
        let way = try FaultyWay(to: place.server.port) { request in
            met.withLock { $0.insert(request.line).inserted } ? fate : .passed
        }

        _ = try await stage(at: destination(way))

        #expect(try await staged() == bytes)
        try await destination().discard(run: 1, exceptTokens: [])
        #expect(try await place.eyes.uploads(under: "").isEmpty)
        #expect(try place.staged().isEmpty)
    }

    @Test func `is completed again after an error in a 200`() async throws {
        let left = Locked(2)
        let way = try FaultyWay(to: place.server.port) { request in
            guard request.line.hasPrefix("POST"), request.line.contains("?uploadId=") else {
                return .passed
            }
            return left.withLock { left in
                left -= 1
                return left >= 0 ? .refused(200, "InternalError") : .passed
            }
        }

        _ = try await stage(at: destination(way))

        #expect(left.withLock { $0 } == -1)
        #expect(try await staged() == bytes)
    }

    @Test func `was completed when the answer got lost and the upload is gone`() async throws {
        let count = Locked(0)
        let way = try FaultyWay(to: place.server.port) { request in
            guard request.line.hasPrefix("POST"), request.line.contains("?uploadId=") else {
                return .passed
            }
            return count.withLock { count in
                count += 1
                return count == 1 ? .cutAfterAnswerBytes(0) : .refused(404, "NoSuchUpload")
            }
        }

        _ = try await stage(at: destination(way))

        #expect(count.withLock { $0 } == 2)
        #expect(try await staged() == bytes)
    }

    @Test func `was not completed when the upload is gone at once`() async throws {
        let way = try FaultyWay(to: place.server.port) { request in
            request.line.hasPrefix("POST") && request.line.contains("?uploadId=")
                ? .refused(404, "NoSuchUpload") : .passed
        }
        let destination = try destination(way)

        await #expect(throws: DestinationError.self) { _ = try await stage(at: destination) }
    }

    @Test func `that fails or is abandoned leaves nothing`() async throws {
        let way = try FaultyWay(to: place.server.port) { request in
            request.line.contains("partNumber=2") ? .refused(403, "AccessDenied") : .passed
        }
        let failing = try destination(way)
        await #expect(throws: DestinationError.self) { _ = try await stage(at: failing) }
        #expect(try await place.eyes.uploads(under: "").isEmpty)

        let abandoned = try await destination().stage(Self.delivery, file: "big.csv")
        try abandoned.write(bytes)
        #expect(try await place.eyes.uploads(under: "").count == 1)
        abandoned.abandon()

        #expect(try await place.eyes.uploads(under: "").isEmpty)
        #expect(try place.staged().isEmpty)
    }

    @Test func `that is never finished is listed as staged, and discarded`() async throws {
        let (client, other) = (try place.client(), StagedDelivery(run: 2, token: 7))
        let staging = S3Staging(client: client)
        for delivery in [Self.delivery, other] {
            let key = staging.key(run: delivery.run, token: delivery.token, file: "big.csv")
            let upload = try await client.createUpload(key)
            _ = try await client.put(part: 1, ByteBuffer(string: "half"), to: upload)
        }

        #expect(try await destination().stagedRuns() == [1, 2])
        try await destination().discard(run: 1, exceptTokens: [])
        try await destination().discard(run: 2, tokens: 1...6)
        #expect(try await destination().stagedRuns() == [2])
        try await destination().discard(run: 2, tokens: 7...7)

        #expect(try await place.eyes.uploads(under: "").isEmpty)
    }

    @Test func `may have 5 TiB in 10,000 parts`() {
        let sizes = (1...10_000).map { S3PartSizes.bytes(ofPart: $0) }

        #expect(sizes.reduce(0, +) >= 5 << 40)
        #expect(sizes == sizes.sorted())
        #expect(sizes.allSatisfy { $0 >= 5 << 20 && $0 <= 5 << 30 })
    }
}
