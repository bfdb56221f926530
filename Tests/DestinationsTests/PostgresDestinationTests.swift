import Crypto
import Formats
import Foundation
import Locks
import Postgres
import Testing

@testable import Destinations

/// The contract of every destination, for one whose deliveries are rows; see
/// ``DestinationAdapter``.
@Suite("A PostgreSQL destination", .timeLimit(.minutes(15)))
struct PostgresDestinationTests {
    struct Stopped: Error {}

    @Test func `passes its own test and leaves nothing behind`() async throws {
        try await PostgresUnderTest.with { place in
            try await place.connect().test()

            #expect(try await place.visible() == [])
            #expect(
                try await place.texts(
                    "select nspname from pg_namespace where nspname = 'ferry_staging'") == [])
        }
    }

    @Test func `reports size and hash of what was written`() async throws {
        try await PostgresUnderTest.with { place in
            let delivery = TableDelivery.of("t", [("x", "text")], "")
            let bytes = Array(String(repeating: "abcdefghi\n", count: 30_000).utf8)

            let writer = try await delivery.open(delivery.parts[0], at: place.connect())
            try writer.write(Array(bytes.prefix(100_001)))
            try writer.write([])
            try writer.write(Array(bytes.dropFirst(100_001)))

            #expect(
                try writer.finish()
                    == WrittenFile(bytes: 300_000, sha256: SHA256.hash(data: bytes).hexadecimal))
            #expect(
                try await place.texts("select rows::text from ferry_staging.staged_tables")
                    == ["30000"])
        }
    }

    @Test func `shows nothing before it is published, and then all of it`() async throws {
        try await PostgresUnderTest.with { place in
            let sample = TableDelivery.sample()
            try await sample.stage(at: place.connect())
            #expect(try await place.visible() == [])
            #expect(
                try await place.staged()
                    == ["42/1/customers", "42/1/orders", "42/2/orders~2"])

            try await place.connect().publish(sample.publication())

            #expect(try await place.visible() == TableDelivery.sampleVisible)
            let record = try await place.eyes.query(
                "select run, folder, manifest_sha256, manifest from ferry_staging.deliveries")
            #expect(try record[0][0].int64() == 42)
            #expect(try record[0][1].string() == "Daily/run-42")
            #expect(try record[0][2].string() == sample.publication().manifestHash)
            #expect(try Array(record[0][3].string().utf8) == sample.publication().manifest)
        }
    }

    @Test func `publishes the same again without any change`() async throws {
        try await PostgresUnderTest.with { place in
            let sample = TableDelivery.sample()
            try await sample.deliver(to: place.connect())
            try await place.eyes.run("insert into crm.customers values (8)")

            try await place.connect().publish(sample.publication(token: 10))
            try await place.connect().discard(run: 42, exceptTokens: [])
            try await place.connect().publish(sample.publication(token: 11))

            #expect(try await place.visible().first == "customers: (7) (8)")
            #expect(try await place.staged() == [])
        }
    }

    @Test func `refuses to publish something else for the same run`() async throws {
        try await PostgresUnderTest.with { place in
            let sample = TableDelivery.sample(mode: .replace)
            try await sample.deliver(to: place.connect())
            var other = sample
            other.version = 2
            let existing = try sample.publication().manifestHash
            let publishing = try other.publication().manifestHash

            await #expect(
                throws: DestinationError.alreadyPublished(
                    destination: "dw", folder: "Daily/run-42",
                    existing: "the manifest \(existing)",
                    publishing: publishing)
            ) { try await place.connect().publish(other.publication()) }
            #expect(try await place.visible() == TableDelivery.sampleVisible)
        }
    }

    @Test(arguments: TableMode.allCases)
    func `continues after a stop at any step, with all visible or nothing`(
        mode: TableMode
    ) async throws {
        let before =
            "create table crm.orders (id bigint, note text); "
            + "insert into crm.orders values (0, 'old'); create table crm.customers (id int)"
        let sample = TableDelivery.sample(mode: mode)
        var stops: [String] = []
        for stopAt in 1... {
            let stopped = try await stop(at: stopAt, sample, mode == .create ? "" : before)
            guard let stopped else { break }
            stops.append(stopped)
        }
        // The loop proves nothing if it went through no steps.
        #expect(stops.count >= 7)
        #expect(stops.suffix(2) == ["publish.before_commit", "publish.after_commit"])
    }

    /// - Returns: The step at which it stopped; nil when there are fewer.
    private func stop(
        at stopAt: Int, _ sample: TableDelivery, _ before: String
    ) async throws -> String? {
        let steps = Locked<[String]>([])
        var isStopped = false
        try await PostgresUnderTest.with(before) { place in
            let old = try await place.visible()
            try await sample.stage(at: place.connect())
            do {
                try await place.connect { name in
                    let count = steps.withLock { steps in
                        steps.append(name)
                        return steps.count
                    }
                    if count == stopAt { throw Stopped() }
                }.publish(sample.publication())
            } catch is Stopped {
                isStopped = true
            }
            let seen = try await place.visible()
            let isCommitted = steps.withLock { $0.last == "publish.after_commit" }
            #expect(seen == (isCommitted ? TableDelivery.sampleVisible : old))

            // The next one has a claim, and so a token, of its own.
            try await place.connect().publish(sample.publication(token: 10))

            #expect(try await place.visible() == TableDelivery.sampleVisible)
            try await place.connect().discard(run: 42, exceptTokens: [])
            #expect(try await place.staged() == [])
            #expect(try await place.deliveries() == ["42"])
        }
        return isStopped ? steps.withLock { $0.last } : nil
    }

    @Test(arguments: TableMode.allCases)
    func `ends well when several processes publish the same at once`(
        mode: TableMode
    ) async throws {
        let before =
            mode == .create
            ? ""
            : "create table crm.orders (id bigint, note text); "
                + "create table crm.customers (id int)"
        try await PostgresUnderTest.with(before) { place in
            let sample = TableDelivery.sample(mode: mode)
            try await sample.stage(at: place.connect())

            try await withThrowingTaskGroup(of: Void.self) { group in
                for token in 0..<4 {
                    group.addTask {
                        try await place.connect().publish(sample.publication(token: Int64(token)))
                    }
                }
                try await group.waitForAll()
            }

            #expect(try await place.visible() == TableDelivery.sampleVisible)
            #expect(try await place.deliveries() == ["42"])
        }
    }

    @Test func `keeps what a zombie writes out of the delivery`() async throws {
        try await PostgresUnderTest.with { place in
            let sample = TableDelivery.sample()
            try await sample.stage(at: place.connect())
            var part = sample.parts[0]
            part.token = 5
            let zombie = try await sample.open(part, at: place.connect())
            try zombie.write(Array("66\tfrom the dead\n".utf8))

            try await place.connect().publish(sample.publication())
            try zombie.write(Array("67\tstill here\n".utf8))
            _ = try zombie.finish()

            #expect(try await place.visible() == TableDelivery.sampleVisible)
            #expect(try await place.staged().contains("42/5/orders"))
        }
    }

    @Test func `refuses a delivery that its manifest does not describe`() async throws {
        try await PostgresUnderTest.with { place in
            let sample = TableDelivery.sample()
            var fewer = try sample.publication()
            fewer.files.removeLast()
            await #expect(throws: DestinationError.self) {
                try await place.connect().publish(fewer)
            }
            await #expect(
                throws: DestinationError.stagedFileMissing(
                    destination: "dw", run: 42, file: "customers")
            ) { try await place.connect().publish(sample.publication()) }

            var other = sample
            other.parts[2].text = "70\n"
            try await other.stage(at: place.connect())
            let error = await #expect(throws: DestinationError.self) {
                try await place.connect().publish(sample.publication())
            }
            #expect(error?.code == "checksum_mismatch")
            #expect(try await place.visible() == [])
        }
    }

    @Test func `shows where to find a delivery`() async throws {
        try await PostgresUnderTest.with { place in
            let publication = try TableDelivery.sample().publication()
            #expect(
                try place.connect().location(of: publication)
                    == "schema crm; manifest in ferry_staging.deliveries, run 42")
        }
    }
}
