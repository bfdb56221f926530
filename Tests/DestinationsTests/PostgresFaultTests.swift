import Credentials
import Formats
import Foundation
import Locks
import Postgres
import PrivateServer
import TestSupport
import Testing

@testable import Destinations

/// The steps that a publication came to.
final class Steps: Sendable {
    private let names = Locked<[String]>([])

    var all: [String] { names.withLock { $0 } }

    func add(_ name: String) { names.withLock { $0.append(name) } }
}

@Suite("A PostgreSQL destination after errors", .timeLimit(.minutes(15)))
struct PostgresFaultTests {
    private let sample = TableDelivery.sample()

    private func failure(_ work: () async throws -> Void) async -> DestinationError? {
        await #expect(throws: DestinationError.self) { try await work() }
    }

    @Test func `whose connection is cut while a table is staged keeps nothing of it`() async throws
    {
        try await PostgresUnderTest.with { place in
            let writer = try await sample.open(sample.parts[0], at: place.connect())
            try writer.write(Array("1\ta\n".utf8))

            try await place.terminateDeliveries()

            let error = #expect(throws: DestinationError.self) {
                try writer.write(Array("2\tb\n".utf8))
                _ = try writer.finish()
            }
            #expect(error?.code == "destination_unavailable")
            #expect(throws: DestinationError.self) { try writer.finish() }
            #expect(try await place.staged() == [])
        }
    }

    @Test func `whose connection is cut while it publishes changes nothing, and continues later`()
        async throws
    {
        try await PostgresUnderTest.with("create table crm.orders (id bigint, note text)") {
            place in
            var sample = sample
            (sample.mode, sample.parts) = (.truncate, Array(sample.parts.prefix(2)))
            let publication = try sample.publication()
            try await sample.stage(at: place.connect())
            let other = try await Connection.connect(ConnectionOptions(place.url))
            try await other.run("begin; lock table crm.orders")
            let publishing = Task { try await place.connect().publish(publication) }
            try await eventually("it waits for the lock") {
                try await place.texts(
                    """
                    select 'x' from pg_stat_activity where application_name = 'ferry delivery'
                       and wait_event_type = 'Lock' and datname = current_database()
                    """
                ).count == 1
            }

            try await place.terminateDeliveries()
            let error = await failure { try await publishing.value }
            await other.close()

            #expect(error?.disposition == .retry)
            #expect(try await place.visible() == ["orders: "])
            try await place.connect().publish(publication)
            #expect(try await place.visible() == TableDelivery.sampleVisible.suffix(1))
        }
    }

    @Test func `shows who holds a lock, and yields`() async throws {
        try await PostgresUnderTest.with("create table crm.orders (id bigint, note text)") {
            place in
            var sample = sample
            (sample.mode, sample.parts) = (.truncate, Array(sample.parts.prefix(2)))
            try await sample.stage(at: place.connect())
            try await place.eyes.run("begin; select * from crm.orders")

            let error = await failure {
                try await place.connect(lockTimeout: .milliseconds(100)).publish(
                    sample.publication())
            }

            #expect(error?.disposition == .retry)
            #expect(
                error?.description.contains(
                    "crm.orders is locked by process \(place.eyes.serverProcessID) (role ferry, "
                        + "application \"ferry\", idle in transaction)") == true,
                "\(error?.description ?? "")")
            try await place.eyes.run("rollback")
            #expect(try await place.deliveries() == [])
        }
    }

    @Test func `lacks a type that a column is of`() async throws {
        try await PostgresUnderTest.with("create type crm.mood as enum ('calm')") { place in
            let missing = TableDelivery.of("t", [("n", "integer"), ("m", "public.mood")], "")
            let error = await failure { try await missing.stage(at: place.connect()) }
            #expect(
                error?.description == """
                    destination "dw": "public.t" was rejected: column "m" is of type public.mood, \
                    which the target does not have. Create the type there (pg_dump --schema-only \
                    shows its definition), or omit the table
                    """)

            let other = TableDelivery.of("t", [("m", "crm.mood")], "calm\nsecret\n")
            let value = await failure { try await other.stage(at: place.connect()) }
            #expect(
                value?.description == """
                    destination "dw": "public.t" was rejected: invalid input value for enum \
                    crm.mood: "…" (row 2, column m) [22P02]
                    """)
            #expect(value?.disposition == .discard)
            let staged = try await place.staged()
            #expect(staged == [])
        }
    }

    /// What a refusal quotes may be a value, also one that begins with a combining mark or holds
    /// quotation marks; the surrounding text is shown.
    @Test(arguments: ["secret", "\u{301}secret", "se\"cret\" secret"])
    func `says what it refuses, and no value`(_ value: String) async throws {
        try await PostgresUnderTest.with("create type crm.mood as enum ('calm')") { place in
            let rows = TableDelivery.of("t", [("m", "crm.mood")], "calm\n\(value)\n")
            let error = await failure { try await rows.stage(at: place.connect()) }
            #expect(
                error?.description == """
                    destination "dw": "public.t" was rejected: invalid input value for enum \
                    crm.mood: "…" (row 2, column m) [22P02]
                    """)
            let numbers = TableDelivery.of("n", [("i", "integer")], "99999999999\n")
            let range = await failure { try await numbers.stage(at: place.connect()) }
            #expect(
                range?.description == """
                    destination "dw": "public.n" was rejected: value "…" is out of range for type \
                    integer (row 1, column i) [22003]
                    """)
        }
    }

    @Test func `is not there, or does not let us in`() async throws {
        try await PostgresUnderTest.with { place in
            let nobody = await failure {
                try await place.connect("host=127.0.0.1 port=1 dbname=x").test()
            }
            #expect(nobody?.code == "destination_unavailable")
            let database = await failure {
                try await place.connect("\(place.url) dbname=nowhere_\(UUID())").test()
            }
            #expect(database?.code == "destination_access_denied")
            let schema = await failure { try await place.connect(schema: "crn").test() }
            #expect(
                schema?.description == """
                    destination "dw": "crn" does not exist. Create this schema in the target, or \
                    correct the setting "schema"
                    """)
            let secret = try PostgresSettings(json: Data(#"{"credential": "no_such"}"#.utf8))
            let unset = await failure {
                try await PostgresDestination(
                    name: "dw", settings: secret, credentials: WorkerCredentials()
                ).test()
            }
            #expect(unset?.code == "credential_unavailable")
        }
    }

    @Test func `gives its role no rights`() async throws {
        let role = "ferry_weak_\(UInt32.random(in: 0...UInt32.max))"
        try await PostgresUnderTest.with("create role \(role) login") { place in
            let url = "\(place.url) user=\(role)"
            let noStaging = await failure { try await place.connect(url).test() }
            #expect(
                noStaging?.description.contains(
                    "run: create schema ferry_staging authorization \(role)") == true
                    || noStaging?.description.contains(
                        "run: create schema \"ferry_staging\" authorization \(role)") == true
            )
            try await place.eyes.run("create schema ferry_staging authorization \(role)")
            let noSchema = await failure { try await place.connect(url).test() }
            #expect(
                noSchema?.description.contains("lacks usage on this schema. Ask its owner to grant")
                    == true)
            try await place.eyes.run("grant usage on schema crm to \(role)")
            try await place.connect(url).test()
            try await sample.stage(at: place.connect(url))
            let denied = await failure {
                try await place.connect(url).publish(sample.publication())
            }
            #expect(denied?.code == "destination_access_denied")
            #expect(try await place.visible() == [])

            try await place.eyes.run("grant create on schema crm to \(role)")
            try await place.connect(url).publish(sample.publication())
            #expect(try await place.visible() == TableDelivery.sampleVisible)
            try await place.eyes.run("drop owned by \(role) cascade; drop role \(role)")
        }
    }

    @Test func `refuses a wrong password`() async throws {
        let rules = NSTemporaryDirectory() + "ferry-hba-\(UUID())"
        try """
        local all all trust
        host all ferry_secretive all scram-sha-256
        host all all all trust

        """.write(toFile: rules, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: rules) }
        let server = try await PrivateServer.start(
            settings: ["hba_file": rules, "listen_addresses": "127.0.0.1"])
        do {
            let owner = try await Connection.connect(
                ConnectionOptions(server.url(database: "postgres")))
            try await owner.run("create role ferry_secretive login password 'right'")
            try await PostgresUnderTest.with { place in
                let plain = server.tcpURL(database: "postgres", user: "ferry_secretive")
                let url = "\(plain) sslmode=disable"
                let error = await failure {
                    try await place.connect("\(url) password=wr0ng").test()
                }
                #expect(error?.code == "destination_access_denied")
                #expect(error?.description.contains("wr0ng") == false)
                let none = await failure { try await place.connect(url).test() }
                #expect(none?.code == "destination_access_denied")
                let open = await failure { try await place.connect(plain).test() }
                #expect(open?.code == "destination_access_denied")
                #expect(open?.description.contains("sslmode is verify-full unless") == true)
            }
            await owner.close()
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }
}
