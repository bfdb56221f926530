import Locks
import Postgres
import TestSupport
import Testing

@Suite("Work that is retried", .timeLimit(.minutes(15)))
struct RetrierTests {
    private struct SchemaIsOther: Error {}
    private struct Odd: Error {}

    private final class Written: Sendable {
        private let state = Locked<[RetryLog.Entry]>([])
        var entries: [RetryLog.Entry] { state.withLock { $0 } }
        func add(_ entry: RetryLog.Entry) { state.withLock { $0.append(entry) } }
    }

    private static func server(_ state: String) async throws -> PostgresError {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            do {
                try await connection.run(
                    """
                    DO $$ BEGIN
                        RAISE EXCEPTION 'no %', '\(state)' USING errcode = '\(state)';
                    END $$
                    """)
            } catch let error as PostgresError {
                return error
            }
            throw Odd()
        }
    }

    @Test func `is repeated until it succeeds, and said once for each reason`() async throws {
        let written = Written()
        let retrier = Retrier(log: RetryLog { written.add($0) })
        let (locked, readOnly) = (try await Self.server("55P03"), try await Self.server("25006"))
        var errors = [locked, locked, readOnly]

        let result = try await retrier.run("claim a task") { _ in
            if errors.isEmpty { return 7 }
            throw errors.removeFirst()
        }

        #expect(result == 7)
        #expect(
            written.entries == [
                .failing(
                    work: "claim a task", reason: "no 55P03 (SQLSTATE 55P03)",
                    sqlState: "55P03", lasting: false),
                .failing(
                    work: "claim a task", reason: "no 25006 (SQLSTATE 25006)",
                    sqlState: "25006", lasting: false),
                .recovered(work: "claim a task", reason: "no 25006 (SQLSTATE 25006)"),
            ])
    }

    @Test func `fails at once with an error that is its own`() async throws {
        let retrier = Retrier(log: RetryLog { _ in })
        let refused = try await Self.server("23505")
        var attempts = 0

        await #expect(throws: refused) {
            try await retrier.run("finish a task") { _ in
                attempts += 1
                throw refused
            }
        }

        #expect(attempts == 1)
    }

    @Test func `that nothing may end is repeated after any error but a cancellation`() async throws
    {
        let retrier = Retrier(log: RetryLog { _ in })
        var attempts = 0

        await #expect(throws: CancellationError.self) {
            try await retrier.run("a loop", .everything) { _ in
                attempts += 1
                if attempts == 1 { throw Odd() }
                throw CancellationError()
            }
        }

        #expect(attempts == 2)
    }

    @Test func `ends when the schema is another one`() async throws {
        let missing = try await Self.server("42883")
        let retrier = Retrier(
            log: RetryLog { _ in }, schemaCheck: { throw SchemaIsOther() },
            ends: { $0 is SchemaIsOther })

        await #expect(throws: SchemaIsOther.self) {
            try await retrier.run("a loop", .everything) { _ in
                try await retrier.run("claim a task") { _ in throw missing }
            }
        }
    }

    @Test func `knows whether an earlier attempt may have taken effect`() async throws {
        let retrier = Retrier(log: RetryLog { _ in })
        var seen: [Bool] = []

        try await retrier.run("finish a task") { attempt in
            seen.append(attempt.mayHaveHappened)
            if seen.count == 1 { throw PostgresError.cannotConnect("away") }
            if seen.count == 2 { throw PostgresError.connectionLost("gone") }
        }

        #expect(seen == [false, false, true])
    }

    @Test func `is given up when the work is over`() async throws {
        let retrier = Retrier(log: RetryLog { _ in }, isOver: { true })

        await #expect(throws: PostgresError.connectionLost("gone")) {
            try await retrier.run("release a run") { _ in
                throw PostgresError.connectionLost("gone")
            }
        }
    }
}
