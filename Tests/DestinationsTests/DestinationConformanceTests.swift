import Crypto
import Formats
import Foundation
import Locks
import TestSupport
import Testing

@testable import Destinations

/// What every kind of destination promises; see ``DestinationAdapter``.
@Suite("Every destination", .timeLimit(.minutes(15)))
struct DestinationConformanceTests {
    struct Stopped: Error {}

    @Test(arguments: KindUnderTest.allCases)
    func `passes its own test and leaves nothing behind`(kind: KindUnderTest) async throws {
        let place = try kind.make()

        try await place.connect().test()

        #expect(try place.visible().isEmpty && place.staged().isEmpty)
    }

    @Test(arguments: KindUnderTest.allCases)
    func `reports size and hash of what was written`(kind: KindUnderTest) async throws {
        let place = try kind.make()
        let bytes = [UInt8](repeating: 7, count: 300_000)

        let writer = try await place.connect().stage(
            StagedDelivery(run: 1, token: 1), file: "a.csv")
        try writer.write(Array(bytes.prefix(100_000)))
        try writer.write([])
        try writer.write(Array(bytes.dropFirst(100_000)))

        #expect(
            try writer.finish()
                == WrittenFile(bytes: 300_000, sha256: SHA256.hash(data: bytes).hexadecimal))
    }

    @Test(arguments: KindUnderTest.allCases)
    func `shows nothing before it is published, and then all of it`(
        kind: KindUnderTest
    ) async throws {
        let place = try kind.make()
        let sample = try SamplePublication()
        let destination = place.connect()

        try await sample.stage(at: destination)
        #expect(try place.visible().isEmpty)
        #expect(try place.staged().count == 3)

        try await destination.publish(sample.publication)
        #expect(try place.visible() == sample.visible)
    }

    @Test(arguments: KindUnderTest.allCases)
    func `has a success file only where the settings ask for it`(kind: KindUnderTest) async throws {
        let place = try kind.make()
        let sample = try SamplePublication(successFile: false)
        try await sample.stage(at: place.connect())

        try await place.connect().publish(sample.publication)

        #expect(try place.visible() == sample.visible)
        #expect(try !place.visible().keys.contains { $0.hasSuffix(".DONE") })
    }

    @Test(arguments: KindUnderTest.allCases)
    func `publishes the same again without any change`(kind: KindUnderTest) async throws {
        let place = try kind.make()
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())

        try await place.connect().publish(sample.publication)
        try await place.connect().publish(sample.publication)
        try await place.connect().discard(run: 42, exceptTokens: [])
        try await place.connect().publish(sample.publication)

        #expect(try place.visible() == sample.visible)
        #expect(try place.staged().isEmpty)
    }

    @Test(arguments: KindUnderTest.allCases)
    func `refuses to publish something else in the same place`(kind: KindUnderTest) async throws {
        let place = try kind.make()
        let (sample, other) = (try SamplePublication(), try SamplePublication(note: "!"))
        try await sample.stage(at: place.connect())
        try await place.connect().publish(sample.publication)
        try await other.stage(at: place.connect())

        await #expect(
            throws: DestinationError.alreadyPublished(
                destination: "crm", folder: SamplePublication.folder,
                existing: "the manifest \(sample.publication.manifestHash)",
                publishing: other.publication.manifestHash)
        ) {
            try await place.connect().publish(other.publication)
        }
        #expect(try place.visible() == sample.visible)
    }

    @Test(arguments: KindUnderTest.allCases)
    func `continues after a stop at any step, with all visible or nothing`(
        kind: KindUnderTest
    ) async throws {
        var stops: [String] = []
        for stopAt in 1... {
            let place = try kind.make()
            let sample = try SamplePublication()
            try await sample.stage(at: place.connect())
            let steps = Locked<[String]>([])
            let first = place.connect { name in
                let count = steps.withLock { steps in
                    steps.append(name)
                    return steps.count
                }
                if count == stopAt { throw Stopped() }
            }

            let isStopped: Bool
            do {
                try await first.publish(sample.publication)
                isStopped = false
            } catch is Stopped {
                isStopped = true
            }
            let seen = try place.visible()
            #expect(place.isNothing(seen, or: sample.visible))
            // The next one has a claim, and so a token, of its own.
            var resumed = sample.publication
            resumed.token = 10
            try await place.connect().publish(resumed)

            #expect(try place.visible() == sample.visible)
            try await place.connect().discard(run: 42, exceptTokens: [])
            #expect(try place.staged().isEmpty)
            guard isStopped else { break }
            stops.append(steps.withLock { $0.last ?? "" })
        }
        // The loop proves nothing if it went through no steps.
        #expect(stops.count >= 8)
        #expect(stops.last?.hasPrefix("publish.after_") == true)
    }

    @Test(arguments: KindUnderTest.allCases)
    func `ends well when several processes publish the same at once`(
        kind: KindUnderTest
    ) async throws {
        for _ in 0..<kind.rounds {
            let place = try kind.make()
            let sample = try SamplePublication()
            try await sample.stage(at: place.connect())

            try await withThrowingTaskGroup(of: Void.self) { group in
                for token in 0..<4 {
                    var publication = sample.publication
                    publication.token = Int64(token)
                    let copy = publication
                    group.addTask { try await place.connect().publish(copy) }
                }
                // A reader sees nothing or everything, except where files are not replaced at once.
                group.addTask {
                    for _ in 0..<(place.replacesAtOnce ? 20 : 0) {
                        guard let seen = try? place.visible() else { continue }
                        #expect(place.isNothing(seen, or: sample.visible))
                    }
                }
                try await group.waitForAll()
            }

            #expect(try place.visible() == sample.visible)
            try await place.connect().discard(run: 42, exceptTokens: [])
            #expect(try place.staged().isEmpty)
        }
    }

    @Test(arguments: KindUnderTest.allCases)
    func `keeps what a zombie writes out of the delivery`(kind: KindUnderTest) async throws {
        let place = try kind.make()
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())
        let zombie = try await place.connect().stage(
            StagedDelivery(run: 42, token: 5), file: "a.csv")
        try zombie.write(Array("from the dead".utf8))

        try await place.connect().publish(sample.publication)
        try zombie.write(Array("still here".utf8))
        _ = try zombie.finish()

        #expect(try place.visible() == sample.visible)
    }

    @Test(arguments: KindUnderTest.allCases)
    func `refuses a delivery that its manifest does not describe`(
        kind: KindUnderTest
    ) async throws {
        let place = try kind.make()
        let sample = try SamplePublication()
        var fewer = sample.publication
        fewer.files.removeLast()
        var garbled = sample.publication
        garbled.manifest.removeFirst()

        for publication in [fewer, garbled] {
            await #expect(throws: DestinationError.self) {
                try await place.connect().publish(publication)
            }
        }
        try await sample.stage(at: place.connect())
        try await place.connect().discard(run: 42, exceptTokens: [])
        await #expect(
            throws: DestinationError.stagedFileMissing(
                destination: "crm", run: 42, file: "a.csv")
        ) {
            try await place.connect().publish(sample.publication)
        }
        try await sample.stage(at: place.connect())
        let writer = try await place.connect().stage(
            StagedDelivery(run: 42, token: 1), file: "a.csv")
        try writer.write(Array("too long".utf8))
        _ = try writer.finish()
        await #expect(
            throws: DestinationError.checksumMismatch(
                destination: "crm", file: "a.csv", expected: "5 bytes", actual: "8")
        ) {
            try await place.connect().publish(sample.publication)
        }
        #expect(try place.visible().isEmpty)
    }

    @Test(arguments: KindUnderTest.allCases)
    func `refuses names that lead elsewhere or hide`(kind: KindUnderTest) async throws {
        let place = try kind.make()
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())
        for folder in ["", "/etc", "../x", "a/../b", "a//b", ".staging/x", "a/.b", "a/"] {
            var publication = sample.publication
            publication.folder = folder
            await #expect(throws: DestinationError.self, "\(folder)") {
                try await place.connect().publish(publication)
            }
        }
        for file in ["", "..", "../x", "/x", "a/b", ".x", "a\0b"] {
            await #expect(throws: DestinationError.self, "\(file)") {
                try await place.connect().stage(StagedDelivery(run: 1, token: 1), file: file)
            }
        }
        #expect(try place.visible().isEmpty)
    }

    @Test(arguments: KindUnderTest.allCases)
    func `replaces what the same token left, and drops what is abandoned`(
        kind: KindUnderTest
    ) async throws {
        let place = try kind.make()
        let delivery = StagedDelivery(run: 1, token: 1)
        let first = try await place.connect().stage(delivery, file: "a.csv")
        try first.write(Array("a long first try".utf8))
        _ = try first.finish()

        let second = try await place.connect().stage(delivery, file: "a.csv")
        try second.write(Array("second".utf8))
        #expect(try second.finish().bytes == 6)
        let third = try await place.connect().stage(delivery, file: "b.csv")
        try third.write(Array("third".utf8))
        third.abandon()
        _ = try await place.connect().stage(delivery, file: "c.csv")  // released immediately

        // The thread that opened it may be the last to let it go.
        try await eventually("only the second is staged") {
            try place.staged() == [".staging/1/1/a.csv"]
        }
    }
}
