import Foundation
import TestSupport
import Testing

@testable import Destinations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("A failing SFTP server", .timeLimit(.minutes(15)))
struct SFTPFaultTests {
    @Test func `may lose the connection at any byte of a publication`() async throws {
        let server = try SFTPServer.shared.get()
        var cuts = 0
        for bytes in stride(from: 0, through: 100_000, by: 600) {
            let proxy = try SFTPProxy(to: server.port, .cut, afterBytes: bytes)
            let place = try SFTPUnderTest(server: server, port: proxy.port)
            let sample = try SamplePublication()
            try await sample.stage(at: place.local)

            do {
                try await place.connect().publish(sample.publication)
                #expect(try place.visible() == sample.visible)
                break
            } catch let error as DestinationError {
                #expect(error.code == "destination_unavailable", "after \(bytes) bytes: \(error)")
                #expect(error.disposition == .retry)
            }
            cuts += 1
            let seen = try place.visible()
            #expect(place.isNothing(seen, or: sample.visible))
            let direct = SFTPDestination(
                name: "crm", settings: try server.settings(path: place.root),
                credentials: place.credentials)
            try await direct.publish(sample.publication)
            #expect(try place.visible() == sample.visible)
            try await place.local.discard(run: 42, exceptTokens: [])
            #expect(try place.staged().isEmpty)
        }
        // A loop that never got as far as the requests would prove nothing.
        #expect(cuts >= 8)
    }

    @Test(arguments: [0, 1500, 400_000])
    func `that falls silent is an error and no hang`(bytes: Int) async throws {
        let server = try SFTPServer.shared.get()
        let proxy = try SFTPProxy(to: server.port, .silence, afterBytes: bytes)
        let place = try SFTPUnderTest(server: server, port: proxy.port, answer: .seconds(1))

        let error = await #expect(throws: DestinationError.self) {
            let writer = try await place.connect().stage(
                StagedDelivery(run: 1, token: 1), file: "a.csv")
            for _ in 0..<100 { try writer.write([UInt8](repeating: 1, count: 256 * 1024)) }
            _ = try writer.finish()
        }

        #expect(error?.code == "destination_unavailable")
        #expect(error?.description.contains("did not answer in time") == true)
    }

    @Test func `that stops while a file is written says so for good`() async throws {
        let server = try SFTPServer()
        let place = try SFTPUnderTest(server: server)
        let writer = try await place.connect().stage(
            StagedDelivery(run: 1, token: 1), file: "a.csv")
        try writer.write([UInt8](repeating: 1, count: 1024 * 1024))

        try server.cutConnections()
        server.stop()
        let error = #expect(throws: DestinationError.self) {
            for _ in 0..<1000 { try writer.write([UInt8](repeating: 1, count: 256 * 1024)) }
        }

        #expect(error?.code == "destination_unavailable")
        // It stays failed: half a file must not be reported as written.
        let again = #expect(throws: DestinationError.self) { try writer.finish() }
        #expect(again == error)
        writer.abandon()
    }

    @Test func `that drops idle clients keeps writing ones`() async throws {
        let server = try SFTPServer("ClientAliveInterval 5", "ClientAliveCountMax 1")
        let place = try SFTPUnderTest(server: server)
        func writer(_ run: Int64, keepAlive: Duration) async throws -> any StagedFileWriter {
            let timeouts = SFTPTimeouts(keepAlive: keepAlive)
            let destination = SFTPDestination(
                name: "crm", settings: place.settings, credentials: place.credentials,
                timeouts: timeouts)
            return try await destination.stage(StagedDelivery(run: run, token: 1), file: "a.csv")
        }
        let alive = try await writer(1, keepAlive: .milliseconds(200))
        let idle = try await writer(2, keepAlive: .seconds(3600))

        try await eventually { try server.log().contains("Timeout, client not responding") }

        try alive.write(Array("still here".utf8))
        #expect(try alive.finish().bytes == 10)
        #expect(throws: DestinationError.self) {
            try idle.write([1])
            _ = try idle.finish()
        }
    }

    @Test func `that cannot be reached is retried later`() async throws {
        let port = try SFTPServer.freePort()
        let server = try SFTPServer.shared.get()
        let refusing = try SFTPUnderTest(server: server, port: port)
        let unknown = try SFTPUnderTest(
            server: server, credential: try server.credential(["host": "*:*"]),
            ["host": "ferry.invalid"])

        let refused = await #expect(throws: DestinationError.self) {
            try await refusing.connect().test()
        }
        let unresolved = await #expect(throws: DestinationError.self) {
            try await unknown.connect().test()
        }

        #expect(refused?.disposition == .retry && unresolved?.disposition == .retry)
        #expect(refused?.description.contains("Connection refused") == true)
        #expect(unresolved?.description.contains("host \"ferry.invalid\"") == true)
    }

    #if os(Linux)
        /// Mounting needs root.
        @Test(.enabled(if: getuid() == 0))
        func `reports that its disk is full, and shows nothing`() async throws {
            let root = NSTemporaryDirectory() + "ferry-sftp-full-" + UUID().uuidString
            let place = try SFTPUnderTest(root: root)
            try SFTPServer.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", root)
            defer { _ = try? SFTPServer.run("umount", "-l", root) }
            let writer = try await place.connect().stage(
                StagedDelivery(run: 1, token: 1), file: "big.csv")

            let error = #expect(throws: DestinationError.self) {
                for _ in 0..<100 { try writer.write([UInt8](repeating: 1, count: 256 * 1024)) }
                _ = try writer.finish()
            }

            #expect(error?.code == "destination_full", "\(String(describing: error))")
            let again = #expect(throws: DestinationError.self) { try writer.finish() }
            #expect(again == error)
            #expect(try place.visible().isEmpty && place.staged().isEmpty)
        }
    #endif
}
