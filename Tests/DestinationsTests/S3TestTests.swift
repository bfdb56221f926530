import Foundation
import TestSupport
import Testing

@testable import Destinations

@Suite("The test of an S3 destination")
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
