import Foundation
import Locks
import NIOCore
import TestSupport
import Testing

@testable import Destinations

@Suite("A failing S3 service", .timeLimit(.minutes(15)))
struct S3FaultTests {
    let place: S3UnderTest

    init() throws { place = try S3UnderTest() }

    /// The first requests that begin so end so, the others pass.
    private func way(
        _ count: Int = 1, of beginning: String, _ fate: FaultyWay.Fate
    ) throws -> FaultyWay {
        let left = Locked(count)
        return try FaultyWay(to: place.server.port) { request in
            guard request.line.hasPrefix(beginning) else { return .passed }
            return left.withLock { left in
                left -= 1
                return left >= 0 ? fate : .passed
            }
        }
    }

    private func destination(_ way: FaultyWay) throws -> S3Destination {
        S3Destination(client: try place.client(port: way.port)) { _ in }
    }

    /// Stages three files, one of them in parts, and publishes them.
    private func deliver(_ sample: SamplePublication, by way: FaultyWay) async throws {
        try await sample.stage(at: destination(way))
        try await destination(way).publish(sample.publication)
    }

    @Test(arguments: [
        FaultyWay.Fate.refused(503, "SlowDown", "Please reduce your request rate."),
        .refused(500, "InternalError"), .refused(400, "RequestTimeout"), .answered(502),
        .cutAfterRequestBytes(1), .cutAfterRequestBytes(700), .cutAfterAnswerBytes(0),
        .cutAfterAnswerBytes(5), .cutAfterAnswerBytes(100),
    ])
    func `that fails for a while is asked again, and the delivery is right`(
        fate: FaultyWay.Fate
    ) async throws {
        // Every kind of request fails twice.
        let counts = Locked<[String: Int]>([:])
        let way = try FaultyWay(to: place.server.port) { request in
            let isCopy = request.head.lowercased().contains("x-amz-copy-source")
            let kind = request.line.prefix { $0 != " " } + (isCopy ? " copy" : "")
            return counts.withLock { counts in
                counts[String(kind), default: 0] += 1
                return counts[String(kind), default: 0] <= 2 ? fate : .passed
            }
        }
        let sample = try SamplePublication()

        try await deliver(sample, by: way)
        try await destination(way).discard(run: 42, exceptTokens: [])

        #expect(try place.visible() == sample.visible)
        #expect(try place.staged().isEmpty)
        #expect(counts.withLock { $0.keys.sorted() } == ["GET", "HEAD", "POST", "PUT", "PUT copy"])
    }

    @Test func `that keeps failing is unavailable, to be tried later`() async throws {
        let way = try way(.max, of: "PUT", .refused(503, "SlowDown", "Reduce your rate."))
        let writer = try await destination(way).stage(
            StagedDelivery(run: 1, token: 1), file: "a.csv")
        try writer.write(Array("abc".utf8))

        let error = #expect(throws: DestinationError.self) { try writer.finish() }

        let path = "s3://\(place.bucket)/out/crm/.staging/1/1/a.csv"
        #expect(
            error
                == .unavailable(
                    destination: "crm", path: path,
                    reason: "PutObject 503 SlowDown: Reduce your rate."))
        #expect(error?.disposition == .retry)
        #expect(way.requests.count == S3Client.Retries().attemptsMax)
        // It stays failed: half a file must not be reported as written.
        let again = #expect(throws: DestinationError.self) { try writer.finish() }
        #expect(again == error)
    }

    @Test func `that is not there is unavailable`() async throws {
        let (listener, port) = try LocalSocket.listening()
        listener.close()
        let destination = S3Destination(client: try place.client(port: port)) { _ in }

        let error = await #expect(throws: DestinationError.self) { try await destination.test() }

        #expect(error?.code == "destination_unavailable", "\(error?.description ?? "")")
    }

    @Test func `that says in a 200 that it could not copy is asked again`() async throws {
        let sample = try SamplePublication()
        let fates = Locked(3)
        let way = try FaultyWay(to: place.server.port) { request in
            guard request.head.lowercased().contains("x-amz-copy-source:") else { return .passed }
            return fates.withLock { left in
                left -= 1
                return left >= 0 ? .refused(200, "InternalError", "We failed.") : .passed
            }
        }

        try await deliver(sample, by: way)

        #expect(fates.withLock { $0 } < 0)
        #expect(try place.visible() == sample.visible)
    }

    @Test func `that says in a 200 that it may not copy denies access`() async throws {
        let sample = try SamplePublication()
        let way = try FaultyWay(to: place.server.port) { request in
            request.head.lowercased().contains("x-amz-copy-source:")
                ? .refused(200, "AccessDenied", "No.") : .passed
        }

        let error = await #expect(throws: DestinationError.self) {
            try await deliver(sample, by: way)
        }

        #expect(error?.code == "destination_access_denied", "\(error?.description ?? "")")
        #expect(try place.visible().isEmpty)
    }

    @Test(arguments: [
        (
            FaultyWay.Fate.refused(403, "AccessDenied", "Access Denied"),
            "destination_access_denied", "PutObject 403 AccessDenied: Access Denied"
        ),
        (
            .refused(403, "RequestTimeTooSkewed"), "destination_access_denied",
            "the clock of this worker is wrong"
        ),
        (
            .refused(403, "SignatureDoesNotMatch"), "destination_access_denied",
            "rejected the access key (PutObject 403 SignatureDoesNotMatch)"
        ),
        (.refused(404, "NoSuchBucket"), "destination_not_found", "Create the bucket"),
        (.refused(507, "XMinioStorageFull"), "destination_full", "no space or quota is left"),
        (
            .refused(400, "InvalidArgument", "\u{202E}red"), "destination_not_allowed",
            "PutObject 400 InvalidArgument: \\u{202e}red"
        ),
        (
            .refused(301, "PermanentRedirect", "Elsewhere."), "destination_not_allowed",
            "the bucket is not in this region"
        ),
    ])
    func `that refuses says why and what to do`(
        fate: FaultyWay.Fate, code: String, reported: String
    ) async throws {
        let way = try way(.max, of: "PUT", fate)

        let error = await #expect(throws: DestinationError.self) {
            try await destination(way).test()
        }

        #expect(error?.code == code)
        #expect(error?.disposition == .discard)
        #expect(error?.description.contains(reported) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("testing") == false)
    }

    @Test(arguments: ["ExpiredToken", "InvalidAccessKeyId"])
    func `that finds the access key expired gets the new one once`(code: String) async throws {
        let way = try way(of: "PUT", .refused(400, code))
        try await destination(way).test()

        let always = try self.way(.max, of: "PUT", .refused(400, code))
        let error = await #expect(throws: DestinationError.self) {
            try await destination(always).test()
        }

        #expect(error?.code == "destination_access_denied")
        #expect(always.requests.filter { $0.hasPrefix("PUT") }.count == 2)
    }

    @Test func `that reports the bucket's region is retried there, once`() async throws {
        let regions = Locked<[String]>([])
        let way = try FaultyWay(to: place.server.port) { request in
            let isThere = request.head.contains("/eu-central-1/s3/aws4_request")
            regions.withLock { $0.append(isThere ? "eu-central-1" : "us-east-1") }
            return isThere
                ? .passed
                : .answered(301, headers: ["x-amz-bucket-region": "eu-central-1"])
        }

        try await destination(way).test()

        #expect(regions.withLock { $0.prefix(3) } == ["us-east-1", "eu-central-1", "eu-central-1"])
        #expect(regions.withLock { $0.filter { $0 == "us-east-1" }.count } == 1)
    }
}
