import Foundation
import Postgres
import TestSupport
import Testing

@testable import ferry

@Suite("What ends the program", .timeLimit(.minutes(15)))
struct FailureTests {
    @Test(arguments: [
        ("25006", ferry.ExitStatus.unavailable), ("54000", .unavailable), ("57P01", .unavailable),
        ("57P02", .unavailable), ("57P03", .unavailable), ("57014", .unavailable),
        ("53300", .unavailable), ("55P03", .unavailable), ("40P01", .unavailable),
        ("42P05", .unavailable), ("26000", .unavailable), ("58030", .unavailable),
        ("54001", .usage), ("22003", .usage), ("22008", .usage), ("22007", .usage),
        ("42P01", .schema), ("42501", .noPermission),
    ])
    func `has its exit status, and a way out`(state: String, status: ferry.ExitStatus) async throws
    {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            do {
                try await connection.run(
                    "do $$ begin raise exception using errcode = '\(state)', message = 'm'; end $$")
                Issue.record("nothing was raised")
            } catch {
                let failure = Failure(error)
                #expect(failure.status == status)
                #expect(!failure.message.contains("SQLSTATE"))
                let hasHint = !["53300", "58030"].contains(state)
                #expect((failure.hint != nil) == hasHint)
            }
        }
    }

    @Test func `is never named by a type of the program`() {
        struct QueueGone: Error { var reason = "away" }

        let failure = Failure(QueueGone())

        #expect(failure.status == .internalError)
        #expect(failure.text == "ferry: internal error\nhint: this is a bug in Ferry: report it\n")
    }

    @Test func `says what is wrong with a database that cannot be written to`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.run(
                "alter database \(database.name) set default_transaction_read_only = on")
            let program = try await Program(database)

            let sent = try await program.run("enqueue", "stop_run", "--argument", "run=1")
            let examined = try await program.run("doctor")

            #expect(sent.status == 69)
            #expect(sent.error.hasPrefix("ferry: the database is read-only: "))
            #expect(sent.error.contains("hint: it is a standby, or default_transaction_read_only"))
            #expect(examined.status == 1)
            #expect(
                examined.lines.contains {
                    $0.hasPrefix("problem  server ") && $0.contains("is read-only")
                })
        }
    }

    @Test func `is the number or time that no column takes`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database)

            let time = try await program.run(
                "enqueue", "stop_run", "--argument", "run=1", "--run-at", "999999-01-01")

            #expect(time.status == 64)
            #expect(time.error.hasPrefix("ferry: invalid time: "))
            #expect(time.error.hasSuffix("hint: for example 2026-01-31T02:00Z\n"))
        }
    }
}
