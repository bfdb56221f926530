import Crypto
import Formats
import Foundation
import Locks
import Manifests
import Testing

@testable import Destinations

/// What every kind of destination promises about `latest.json`; see ``DestinationAdapter``.
@Suite("Every destination's latest.json", .timeLimit(.minutes(15)))
struct LatestConformanceTests {
    private static let path = "Daily customers/latest.json"

    private func publish(
        _ run: Int64, at place: any DestinationUnderTest, token: Int64 = 9
    ) async throws {
        let sample = try SamplePublication(run: run)
        try await sample.stage(at: place.connect())
        try await place.connect().publish(sample.publication)
    }

    /// What is named, once it was seen to be complete; nil where nothing is.
    private func latest(at place: any DestinationUnderTest) throws -> LatestDelivery? {
        guard let bytes = try place.visible()[Self.path] else { return nil }
        let latest = try #require(LatestDelivery(decoding: bytes))
        // Looked up afterwards: whatever is named must be there by now.
        let manifest = try place.visible()["Daily customers/" + latest.manifestPath]
        #expect(manifest.map { SHA256.hash(data: $0).hexadecimal } == latest.sha256)
        return latest
    }

    @Test(arguments: KindUnderTest.allCases)
    func `continues to newer deliveries and never back`(kind: KindUnderTest) async throws {
        let place = try kind.make()
        for (run, named) in [(42, 42), (100, 100), (43, 100), (42, 100), (101, 101)] {
            try await publish(Int64(run), at: place)

            let latest = try latest(at: place)
            #expect(latest?.run == Int64(named))
            #expect(latest?.folder == "run-\(named)")
        }
        for run in [42, 43, 100, 101] as [Int64] {
            try await place.connect().discard(run: run, exceptTokens: [])
        }
        #expect(try place.staged().isEmpty)
    }

    @Test(arguments: KindUnderTest.allCases)
    func `names the newest when several are published at once`(kind: KindUnderTest) async throws {
        for _ in 0..<max(kind.rounds / 3, 2) {
            let place = try kind.make()
            let runs = Array(Int64(1)...6)
            let isOver = Locked(false)

            async let seen = readings(of: place, until: { isOver.withLock { $0 } })
            try await withThrowingTaskGroup(of: Void.self) { group in
                for run in runs.shuffled() { group.addTask { try await publish(run, at: place) } }
                try await group.waitForAll()
            }
            isOver.withLock { $0 = true }

            let readings = try await seen
            if !kind.isSFTP, place.replacesAtOnce { #expect(readings == readings.sorted()) }
            // Elsewhere the last of two that end in the same instant wins.
            let named = try #require(try latest(at: place)).run
            #expect(place.replacesAtOnce ? named == 6 : runs.contains(named))
            for run in runs { try await place.connect().discard(run: run, exceptTokens: []) }
            #expect(try place.staged().isEmpty)
        }
    }

    /// The runs that a reader finds named, one look after the other.
    private func readings(
        of place: any DestinationUnderTest, until isOver: @Sendable () -> Bool
    ) async throws -> [Int64] {
        var runs: [Int64] = []
        while !isOver() {
            // Folders that are renamed while they are listed are no fault of the destination.
            if let run = (try? latest(at: place))?.run { runs.append(run) }
            await Task.yield()
        }
        return runs
    }

    @Test(arguments: KindUnderTest.allCases)
    func `is written by a resumed publication that was interrupted before`(
        kind: KindUnderTest
    ) async throws {
        struct Stopped: Error {}
        let place = try kind.make()
        try await publish(41, at: place)
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())
        let first = place.connect { if $0 == "publish.before_latest" { throw Stopped() } }

        await #expect(throws: Stopped.self) { try await first.publish(sample.publication) }
        #expect(try latest(at: place)?.run == 41)
        try await place.connect().discard(run: 42, exceptTokens: [])
        try await place.connect().publish(sample.publication)

        #expect(try latest(at: place)?.run == 42)
    }

    @Test func `is replaced where it is something else`() async throws {
        let place = try DirectoryUnderTest()
        let folder = place.root + "/Daily customers"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        try Data("{}".utf8).write(to: URL(filePath: folder + "/latest.json"))

        try await publish(42, at: place)

        #expect(try latest(at: place)?.run == 42)
    }

    @Test func `is restored on an SFTP server by a resumed publication`() async throws {
        let place = try SFTPUnderTest()
        try await publish(42, at: place)
        try await publish(43, at: place)
        let staging = place.root + "/.staging/42"
        try FileManager.default.createDirectory(
            atPath: staging, withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            atPath: place.root + "/" + Self.path, toPath: staging + "/.taken-x")

        try await place.connect().publish(try SamplePublication(run: 42).publication)

        #expect(try latest(at: place)?.run == 43)
    }
}
