import Foundation
import Locks
import Manifests
import NIOCore
import TestSupport
import Testing

@testable import Destinations

@Suite("A copy within S3", .timeLimit(.minutes(15)))
struct S3CopyTests {
    static let from = "out/crm/.staging/1/1/big.csv"
    static let to = "out/crm/big.csv"
    let place: S3UnderTest
    let bytes = (0..<(6 << 20)).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ ($0 >> 16)) }

    init() throws { place = try S3UnderTest() }

    /// Copies what is longer than 1 MiB in parts of the shortest length that S3 takes.
    private func client(_ way: FaultyWay? = nil, inParts: Bool = true) throws -> S3Client {
        var client = try place.client(port: way?.port)
        if inParts { client.copySizes = S3CopySizes(wholeMax: 1 << 20, partMin: 5 << 20) }
        return client
    }

    private func put() async throws -> S3Object {
        try await place.eyes.put(Self.from, ByteBuffer(bytes: bytes))
        return try #require(try await place.eyes.head(Self.from))
    }

    private func copied() async throws -> [UInt8]? {
        try await place.eyes.get(Self.to, bytesMax: 64 << 20)
    }

    /// Whether a request is of a kind, by what no other has.
    private static func isOf(_ kind: String, _ request: FaultyWay.Request) -> Bool {
        let head = request.head.lowercased()
        return switch kind {
        case "CopyObject":
            head.contains("x-amz-copy-source:") && !head.contains("x-amz-copy-source-range")
        case "UploadPartCopy": request.line.contains("partNumber=2")
        default: request.line.hasPrefix("POST") && request.line.contains("?uploadId=")
        }
    }

    @Test(arguments: ["CopyObject", "UploadPartCopy", "CompleteMultipartUpload"])
    func `is awaited for longer than other answers, and asked for once`(
        kind: String
    ) async throws {
        let (source, gate) = (try await put(), FaultyWay.Gate())
        let way = try FaultyWay(to: place.server.port) { request in
            Self.isOf(kind, request) || request.line.hasPrefix("HEAD") ? .held(gate) : .passed
        }
        var asking = try client(way, inParts: kind != "CopyObject")
        asking.transport = S3Transport(read: .milliseconds(250))
        asking.retries.attemptsMax = 1
        var client = asking
        client.retries.attemptsMax = 100
        let copying = Task { [client] in
            try await client.copy(Self.from, source, to: Self.to, headers: [])
        }
        try await eventually("it is copied") {
            way.seen.contains { Self.isOf(kind, $0) }
        }

        // What is asked later is given up first.
        let failure = await #expect(throws: S3Failure.self) {
            try await asking.head("out/other")
        }
        #expect(failure?.isOverdue == true)
        gate.open()
        try await copying.value

        #expect(try await copied() == bytes)
        #expect(way.seen.filter { Self.isOf(kind, $0) }.count == 1)
        try await asking.transport.shutDown()
    }

    @Test func `that takes too long is not asked for again at once`() async throws {
        let (source, gate) = (try await put(), FaultyWay.Gate())
        defer { gate.open() }
        let way = try FaultyWay(to: place.server.port) { _ in .held(gate) }
        var client = try client(way, inParts: false)
        client.copyPatience = .milliseconds(50)

        let failure = await #expect(throws: S3Failure.self) {
            try await client.copy(Self.from, source, to: Self.to, headers: [])
        }

        #expect(failure?.asDestinationError(of: "crm").disposition == .retry)
        #expect(way.requests.count == 1)
    }

    @Test func `that a gateway does not wait for is not asked for again at once`() async throws {
        let source = try await put()
        let way = try FaultyWay(to: place.server.port) { _ in .answered(504) }

        let failure = await #expect(throws: S3Failure.self) {
            try await client(way, inParts: false).copy(
                Self.from, source, to: Self.to, headers: [])
        }

        #expect(failure?.asDestinationError(of: "crm").disposition == .retry)
        #expect(way.requests.count == 1)
    }

    @Test func `is made in parts where it is long`() async throws {
        let source = try await put()

        try await client().copy(
            Self.from, source, to: Self.to, headers: [(S3Object.sha256Header, "a")])

        #expect(try await copied() == bytes)
        #expect(try await place.eyes.head(Self.to)?.sha256 == "a")
    }

    @Test(
        arguments: [
            (1, [0...0]), (10, [0...9]), (11, [0...9, 10...10]), (25, [0...9, 10...19, 20...24]),
        ] as [(Int64, [ClosedRange<Int64>])])
    func `has parts of one size, but for the last`(
        bytes: Int64, ranges: [ClosedRange<Int64>]
    ) {
        #expect(S3CopySizes(wholeMax: 0, partMin: 10).ranges(of: bytes) == ranges)
    }

    @Test(arguments: [513 << 20, 5 << 30, (5 << 40) - 1, 5 << 40] as [Int64])
    func `has parts that S3 takes`(bytes: Int64) {
        let sizes = S3CopySizes().ranges(of: bytes).map { Int64($0.count) }

        #expect(sizes.reduce(0, +) == bytes && sizes.count <= 10_000)
        #expect(sizes.allSatisfy { $0 <= 5 << 30 })
        #expect(sizes.dropLast().allSatisfy { $0 >= 5 << 20 })
    }

    @Test func `that fails leaves no part`() async throws {
        let source = try await put()
        let way = try FaultyWay(to: place.server.port) { request in
            Self.isOf("UploadPartCopy", request) ? .refused(403, "AccessDenied") : .passed
        }

        await #expect(throws: S3Failure.self) {
            try await client(way).copy(Self.from, source, to: Self.to, headers: [])
        }

        #expect(try await place.eyes.uploads(under: "").isEmpty)
        #expect(try await copied() == nil)
    }

    @Test func `that is cancelled leaves no part`() async throws {
        let (source, gate) = (try await put(), FaultyWay.Gate())
        defer { gate.open() }
        let way = try FaultyWay(to: place.server.port) { request in
            Self.isOf("UploadPartCopy", request) ? .held(gate) : .passed
        }
        let client = try client(way)
        let copying = Task {
            try await client.copy(Self.from, source, to: Self.to, headers: [])
        }
        try await eventually("it is copied") {
            way.seen.contains { Self.isOf("UploadPartCopy", $0) }
        }

        copying.cancel()

        await #expect(throws: CancellationError.self) { try await copying.value }
        try await eventually("nothing is left") {
            try await place.eyes.uploads(under: "").isEmpty
        }
    }

    @Test func `that another client has aborted is retried later`() async throws {
        let way = try FaultyWay(to: place.server.port) { request in
            request.head.contains("x-amz-copy-source-range")
                ? .refused(404, "NoSuchUpload") : .passed
        }
        var client = try client(way)
        client.copySizes.wholeMax = 1
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())

        let error = await #expect(throws: DestinationError.self) {
            try await S3Destination(client: client) { _ in }.publish(sample.publication)
        }

        // Not as if nothing could be delivered any more.
        #expect(error?.disposition == .retry && error?.provesNothingVisible == false)
        try await place.connect().publish(sample.publication)
        #expect(try place.visible() == sample.visible)
    }

    @Test func `that a process which died has begun goes once all is published`() async throws {
        let sample = try SamplePublication()
        var client = try client()
        client.copySizes.wholeMax = 1
        let key = "out/crm/\(SamplePublication.folder)/a.csv"
        let left = try await client.createUpload(key)
        _ = try await client.put(part: 1, ByteBuffer(string: "half"), to: left)
        let destination = S3Destination(client: client) { _ in }

        try await sample.stage(at: destination)
        try await destination.publish(sample.publication)

        #expect(try await place.eyes.uploads(under: "").isEmpty)
        #expect(try place.visible() == sample.visible)
    }
}
