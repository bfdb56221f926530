import Foundation
import NIOCore
import TestSupport
import Testing
import Waiting

@testable import Destinations

/// A service that does not have a request, and how it says so.
struct Lack: Sendable, CustomTestStringConvertible {
    var operation: String
    var fate: FaultyWay.Fate

    var testDescription: String { "\(operation): \(fate)" }

    /// Whether the service is asked for it.
    func isMet(_ request: FaultyWay.Request) -> Bool {
        let (line, head) = (request.line, request.head.lowercased())
        return switch operation {
        case "If-None-Match": head.contains("\r\nif-none-match:")
        case "If-Match": head.contains("\r\nif-match:")
        case "DeleteObjects": line.hasPrefix("POST") && line.hasSuffix("?delete=")
        case "ListMultipartUploads": line.hasPrefix("GET") && line.contains("?uploads=")
        case "CreateMultipartUpload": line.hasPrefix("POST") && line.hasSuffix("?uploads=")
        case "UploadPartCopy": head.contains("x-amz-copy-source-range")
        case "CopyObject":
            head.contains("x-amz-copy-source:") && !head.contains("x-amz-copy-source-range")
        case "ListBucket": line.contains("list-type=2")
        default: false
        }
    }

    static let answers: [FaultyWay.Fate] = [
        .refused(501, "NotImplemented"), .refused(400, "InvalidArgument"), .answered(501),
        .answered(405), .refused(400, "NotImplemented"),
    ]

    static func of(_ operations: String...) -> [Lack] {
        operations.flatMap { operation in
            answers.map { Lack(operation: operation, fate: $0) }
        }
    }
}

@Suite("An S3 service that lacks something", .timeLimit(.minutes(15)))
struct S3LackTests {
    let place: S3UnderTest

    init() throws { place = try S3UnderTest() }

    private func destination(
        _ lacks: [Lack], _ change: (inout S3Client) -> Void = { _ in }
    ) throws -> (S3Destination, FaultyWay) {
        let way = try FaultyWay(to: place.server.port) { request in
            lacks.first { $0.isMet(request) }?.fate ?? .passed
        }
        var client = try place.client(port: way.port)
        change(&client)
        // The way lasts as long as the destination does.
        return (S3Destination(client: client) { _ in withExtendedLifetime(way) {} }, way)
    }

    @Test(
        arguments: Lack.of(
            "If-None-Match", "If-Match", "DeleteObjects", "ListMultipartUploads", "UploadPartCopy"))
    func `that Ferry can do without gets deliveries anyway`(lack: Lack) async throws {
        let (destination, way) = try destination([lack]) { $0.copySizes.wholeMax = 1 }
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
        #expect(samples[0].visible.withoutLatest.allSatisfy { seen[$0.key] == $0.value })
        #expect(try await destination.stagedRuns().isEmpty)
        #expect(try place.staged().isEmpty)
        #expect(way.seen.contains(where: lack.isMet))
        #expect(try await place.eyes.uploads(under: "").isEmpty)
    }

    @Test(arguments: ["CopyObject", "CreateMultipartUpload", "ListBucket"])
    func `that Ferry needs is refused, with its name and the way out`(
        operation: String
    ) async throws {
        let (destination, _) = try destination(
            [Lack(operation: operation, fate: .refused(501, "NotImplemented", "No."))])

        let error = await #expect(throws: DestinationError.self) { try await destination.test() }

        #expect(error?.code == "destination_not_allowed" && error?.disposition == .discard)
        let reported = error?.description ?? ""
        #expect(reported.contains("this service does not support \(operation), which Ferry needs"))
        #expect(reported.contains("Choose another service"))
        #expect(try place.visible().isEmpty && place.staged().isEmpty)
    }

    @Test func `that may not be used is refused with the name of what was asked`() async throws {
        let (destination, _) = try destination(
            [Lack(operation: "If-None-Match", fate: .refused(403, "AccessDenied"))])

        let error = await #expect(throws: DestinationError.self) { try await destination.test() }

        #expect(error?.code == "destination_access_denied")
        #expect(error?.description.contains("PutObject with If-None-Match 403") == true)
    }

    @Test func `that drops metadata of copies is refused`() async throws {
        let way = try FaultyWay(to: place.server.port) { request in
            request.head.lowercased().contains("x-amz-copy-source:")
                ? .rewritten(
                    head: request.head.replacing("x-amz-meta-ferry-sha256", with: "x-other"))
                : .passed
        }
        let destination = S3Destination(client: try place.client(port: way.port)) { _ in }

        let error = await #expect(throws: DestinationError.self) { try await destination.test() }

        #expect(error?.description.contains("does not keep the metadata of objects") == true)
        #expect(try place.visible().isEmpty && place.staged().isEmpty)
    }

    @Test func `to copy what is longer than one request can is refused before`() async throws {
        let (destination, _) = try destination(
            [Lack(operation: "UploadPartCopy", fate: .refused(501, "NotImplemented"))]
        ) {
            ($0.copySizes.wholeMax, $0.copySizes.wholeLimit) = (1, 1)
        }
        let sample = try SamplePublication()
        try await sample.stage(at: destination)

        let error = await #expect(throws: DestinationError.self) {
            try await destination.rehearse(sample.publication)
        }

        #expect(error?.description.contains("does not support UploadPartCopy") == true)
        #expect(try place.visible().isEmpty)
    }

    @Test(arguments: Lack.of("If-None-Match"))
    func `does not replace the manifest of another`(lack: Lack) async throws {
        let other = try SamplePublication(note: "!").publication.manifest
        let (first, _) = try destination([lack])
        let sample = try SamplePublication()
        try await sample.stage(at: first)
        let key = "out/crm/\(SamplePublication.folder)/manifest.json"
        let way = try FaultyWay(to: place.server.port) { lack.isMet($0) ? lack.fate : .passed }
        let slow = S3Destination(client: try place.client(port: way.port)) {
            [eyes = place.eyes] name in
            guard name == "publish.before_manifest" else { return }
            try WaitingThreads.wait { try await eyes.put(key, ByteBuffer(bytes: other)) }
        }

        let error = await #expect(throws: DestinationError.self) {
            try await slow.publish(sample.publication)
        }

        #expect(error?.code == "already_published")
        #expect(try await place.eyes.get(key, bytesMax: 1 << 20) == other)
    }

    @Test func `that ignores conditions does not replace it either`() async throws {
        let other = try SamplePublication(note: "!").publication.manifest
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())
        let key = "out/crm/\(SamplePublication.folder)/manifest.json"
        let way = try FaultyWay(to: place.server.port) { request in
            .rewritten(
                head: request.head.replacing("If-None-Match: *\r\n", with: "")
                    .replacing("if-none-match: *\r\n", with: ""))
        }
        let slow = S3Destination(client: try place.client(port: way.port)) {
            [eyes = place.eyes] name in
            guard name == "publish.before_manifest" else { return }
            try WaitingThreads.wait { try await eyes.put(key, ByteBuffer(bytes: other)) }
        }

        let error = await #expect(throws: DestinationError.self) {
            try await slow.publish(sample.publication)
        }

        #expect(error?.code == "already_published")
        #expect(try await place.eyes.get(key, bytesMax: 1 << 20) == other)
    }
}

/// `rclone serve s3`, which checks signatures, ignores conditions and takes a copy of a part for an
/// empty part. Every destination's conformance suite runs over it, too.
@Suite("The S3 server of rclone", .timeLimit(.minutes(15)))
struct S3RcloneTests {
    let place: S3UnderTest

    init() throws { place = try S3UnderTest(server: .rclone) }

    @Test func `copies long files in one request, as it cannot in parts`() async throws {
        var client = try place.client()
        client.copySizes.wholeMax = 1
        let destination = S3Destination(client: client) { _ in }
        let sample = try SamplePublication()
        try await sample.stage(at: destination)

        try await destination.rehearse(sample.publication)
        try await destination.publish(sample.publication)
        try await destination.discard(run: 42, exceptTokens: [])

        #expect(try place.visible() == sample.visible)
        #expect(try place.staged().isEmpty)
        #expect(try await place.eyes.uploads(under: "").isEmpty)
    }

    @Test func `is refused for files that are too long for that`() async throws {
        var client = try place.client()
        (client.copySizes.wholeMax, client.copySizes.wholeLimit) = (1, 1)
        let destination = S3Destination(client: client) { _ in }
        let sample = try SamplePublication()
        try await sample.stage(at: destination)

        let error = await #expect(throws: DestinationError.self) {
            try await destination.rehearse(sample.publication)
        }

        #expect(error?.description.contains("does not support UploadPartCopy") == true)
    }

    @Test func `ignores conditions, so that the manifest is checked first`() async throws {
        let key = "out/crm/condition"
        try await place.eyes.put(key, ByteBuffer(string: "a"))
        try await place.eyes.put(
            key, ByteBuffer(string: "b"), condition: ("If-None-Match", "*"))
        #expect(try await place.eyes.get(key, bytesMax: 1) == Array("b".utf8))

        let other = try SamplePublication(note: "!").publication.manifest
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())
        let manifest = "out/crm/\(SamplePublication.folder)/manifest.json"
        let slow = place.connect { [eyes = place.eyes] name in
            guard name == "publish.before_manifest" else { return }
            try WaitingThreads.wait { try await eyes.put(manifest, ByteBuffer(bytes: other)) }
        }

        let error = await #expect(throws: DestinationError.self) {
            try await slow.publish(sample.publication)
        }

        #expect(error?.code == "already_published")
        #expect(try await place.eyes.get(manifest, bytesMax: 1 << 20) == other)
    }

    @Test func `refuses a signature that is not right`() async throws {
        let client = try S3Client.at(
            place.server.port, bucket: place.bucket, settings: ["prefix": "x"],
            access: ["secret_access_key": "wrong"])

        let error = await #expect(throws: DestinationError.self) {
            try await S3Destination(client: client) { _ in }.test()
        }

        #expect(error?.code == "destination_access_denied")
    }
}
