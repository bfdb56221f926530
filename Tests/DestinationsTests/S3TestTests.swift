import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Destinations

@Suite("The test of an S3 destination", .timeLimit(.minutes(15)))
struct S3TestTests {
    let place: S3UnderTest

    init() throws { place = try S3UnderTest() }

    /// What the test ends with where these requests end so.
    private func error(
        _ fate: FaultyWay.Fate, where isMet: @escaping @Sendable (FaultyWay.Request) -> Bool
    ) async throws -> DestinationError? {
        let way = try FaultyWay(to: place.server.port) { isMet($0) ? fate : .passed }
        let destination = S3Destination(client: try place.client(port: way.port)) { _ in }
        let error = await #expect(throws: DestinationError.self) { try await destination.test() }
        #expect(!way.requests.isEmpty)
        return error
    }

    @Test func `finds that objects may not be copied`() async throws {
        let error = try await error(.refused(403, "AccessDenied")) {
            $0.head.lowercased().contains("x-amz-copy-source")
        }

        #expect(error?.code == "destination_access_denied")
        #expect(error?.description.contains("CopyObject") == true)
        #expect(try place.visible().isEmpty && place.staged().isEmpty)
    }

    @Test func `writes nothing where deliveries become visible`() async throws {
        let way = try FaultyWay(to: place.server.port) { _ in .passed }

        try await S3Destination(client: place.client(port: way.port)) { _ in }.test()

        let written = way.requests.filter { $0.hasPrefix("PUT ") || $0.hasSuffix("?uploads=") }
        #expect(written.filter { $0.hasPrefix("PUT ") }.count == 3)
        #expect(
            written.allSatisfy { $0.contains("/\(place.bucket)/out/crm/.staging/.ferry-probe-") })
    }

    @Test func `is retried where a run publishes, which removes old probes there`()
        async throws
    {
        let sample = try SamplePublication()
        let (folder, old) = ("Daily customers/", ".ferry-probe-1000-x")
        try await sample.stage(at: place.connect())
        try await place.eyes.put("out/crm/\(folder)\(old)-copy", ByteBuffer(string: "x"))
        let way = try FaultyWay(to: place.server.port) { _ in .passed }

        try await S3Destination(client: place.client(port: way.port)) { _ in }
            .rehearse(sample.publication)

        let shown = "PUT /\(place.bucket)/out/crm/Daily%20customers/.ferry-probe-"
        #expect(way.requests.filter { $0.hasPrefix(shown) }.count == 2)
        #expect(try place.visible().isEmpty)
    }

    @Test func `finds that no file of several parts may be begun`() async throws {
        let error = try await error(.refused(403, "AccessDenied")) { $0.line.hasSuffix("uploads=") }

        #expect(error?.code == "destination_access_denied")
    }

    @Test func `asks once, however transient an error is`() async throws {
        let way = try FaultyWay(to: place.server.port) {
            $0.line.hasPrefix("PUT ") ? .refused(503, "SlowDown") : .passed
        }

        let error = await #expect(throws: DestinationError.self) {
            try await S3Destination(client: place.client(port: way.port)) { _ in }.test()
        }

        #expect(error?.code == "destination_unavailable")
        #expect(way.requests.filter { $0.hasPrefix("PUT ") }.count == 1)
    }
}
