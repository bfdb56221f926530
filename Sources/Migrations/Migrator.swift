public import Postgres
import SchemaFiles

/// Migrates a database to the schema of this program.
///
/// Everything happens in one transaction under a lock: any number of processes may call
/// ``migrate(allowDowngrade:afterRestore:waiting:)`` concurrently, and a failure leaves the
/// database unchanged. If there is nothing to do, no lock is taken.
///
/// A view cannot be changed while a transaction is open that has read it, and later sessions would
/// queue behind the change. So an attempt waits for at most ``Patience/wait`` in total, then
/// releases its locks and lets others proceed before the next one.
public struct Migrator: Sendable {
    let connection: Connection
    private let observer: Connection?
    private let patience: Patience

    /// How long a migration waits for locks.
    public struct Patience: Sendable {
        /// Total duration of the attempts. Defaults to 2 minutes.
        public var total: Duration = .seconds(120)
        /// How long one attempt waits and blocks others. Defaults to 1 second.
        public var wait: Duration = .seconds(1)
        /// How long others can proceed between two attempts. Defaults to 1 second.
        public var pause: Duration = .seconds(1)

        public init() {}
    }

    /// - Parameters:
    ///   - connection: The owner's.
    ///   - observer: Another connection, which observes whom the first one waits for.
    public init(
        _ connection: Connection, observer: Connection? = nil, patience: Patience = Patience()
    ) {
        self.connection = connection
        self.observer = observer
        self.patience = patience
    }

    /// The result of a migration.
    public struct Report: Sendable, Equatable {
        /// Names of the migrations applied now, oldest first; empty if there was nothing to do.
        public var applied: [String] = []
        /// Whether functions and views were replaced.
        public var renewedCode = false
        /// The number of the new epoch, if the database was restored or recovered.
        public var epoch: Int?

        public init(applied: [String] = [], renewedCode: Bool = false, epoch: Int? = nil) {
            self.applied = applied
            self.renewedCode = renewedCode
            self.epoch = epoch
        }
    }

    /// Applies missing migrations.
    ///
    /// - Parameters:
    ///   - allowDowngrade: Whether functions and views of a newer release may be replaced.
    ///   - afterRestore: Whether to begin a new epoch although none is detected: for a database
    ///     whose files were restored while its server was shut down.
    ///   - waiting: Called after each blocked attempt, with the blocking sessions that the observer
    ///     saw.
    /// - Throws: ``SchemaError`` when the database was migrated by a newer Ferry;
    ///   ``MigrationBlocked`` if other sessions' locks were not released in time; `PostgresError`
    ///   for all other errors, for example a missing right to create the schema.
    public func migrate(
        allowDowngrade: Bool = false, afterRestore: Bool = false,
        waiting: @Sendable ([LockHolder]) -> Void = { _ in }
    ) async throws -> Report {
        if !afterRestore, let state = try await SchemaState.find(connection), state.isCurrent,
            try await !isInNewHistory(connection)
        {
            return Report()
        }
        let start = ContinuousClock.now
        while true {
            let watch = observer.map { LockWatch(of: connection.serverProcessID, over: $0) }
            do {
                let report = try await connection.transaction { connection in
                    try await apply(connection, allowDowngrade, afterRestore)
                }
                _ = await watch?.end()
                return report
            } catch let error as PostgresError where Self.isContention(error) {
                let holders = await watch?.end() ?? []
                let waited = ContinuousClock.now - start
                guard waited < patience.total else {
                    throw MigrationBlocked(holders: holders, waited: waited)
                }
                waiting(holders)
                try await Task.sleep(for: patience.pause)
            } catch {
                _ = await watch?.end()
                throw error
            }
        }
    }

    /// Whether another transaction blocked this one: by a lock, or by creating the same schema.
    private static func isContention(_ error: PostgresError) -> Bool {
        // lock_not_available, deadlock_detected; two that create the schema concurrently.
        if case .server(let error) = error, error.sqlState == "23505" {
            return error.constraint == "pg_namespace_nspname_index"
        }
        return ["55P03", "40P01"].contains(error.sqlState)
    }

    private func apply(
        _ connection: isolated Connection, _ allowDowngrade: Bool, _ afterRestore: Bool
    ) async throws -> Report {
        let locks = LockBudget(patience.wait)
        if try await SchemaState.find(connection) == nil {
            try await connection.run(locks.limit + Self.foundation)
        }
        let hasLocks = try await connection.query(
            "select to_regclass('ferry_state.locks') is not null")
        if try hasLocks[0][0].bool() {
            try await connection.run(
                """
                \(locks.limit)
                select from ferry_state.locks where purpose = 'migration' for update;
                """)
        }
        guard let state = try await SchemaState.find(connection) else { throw SchemaError.missing }
        if let unknown = state.unknownMigration { throw SchemaError.newer(migration: unknown) }
        if state.isOlderCode && !allowDowngrade { throw SchemaError.newerCode }

        var report = Report(applied: state.missing.map(\.name))
        for migration in state.missing {
            try await connection.run(locks.limit + migration.text)
            try await connection.execute(
                "insert into ferry_state.migrations (number, name) values ($1, $2)",
                [.int(Int64(migration.number)), .text(migration.name)])
        }
        if !state.isCurrent {
            try await CodeRenewal(state, locks).write(connection)
            report.renewedCode = true
        }
        let isNew = try await isInNewHistory(connection)
        if afterRestore || isNew {
            report.epoch = try await beginEpoch(connection, locks)
        }
        return report
    }

    /// Whether the database's history was not written here: it was restored, or its server
    /// recovered.
    private func isInNewHistory(_ connection: Connection) async throws -> Bool {
        try await connection.query(
            """
            select exists (select from ferry_state.epochs)
               and ferry_state.current_epoch() is null
            """)[0][0].bool()
    }

    private func beginEpoch(
        _ connection: isolated Connection, _ locks: LockBudget
    ) async throws -> Int {
        // Uncommitted events belong to the previous epoch.
        try await connection.run(
            locks.limit + "lock table ferry_state.events in share row exclusive mode")
        return try await connection.query("select ferry_state.begin_epoch(p_anyway => true)")[0][0]
            .int()
    }

    /// The tables that record migrations.
    static let foundation = """
        set local client_min_messages = warning;
        set local check_function_bodies = off;
        create schema if not exists ferry_state;
        create table if not exists ferry_state.migrations (
            number     integer     not null,
            name       text        not null,
            applied_at timestamptz not null default now(),
            constraint migrations_pkey primary key (number)
        );
        create table if not exists ferry_state.code (
            number      integer     not null generated always as identity,
            fingerprint text        not null,
            applied_at  timestamptz not null default now(),
            constraint code_pkey primary key (number),
            constraint code_is_recorded_once unique (fingerprint)
        );
        create table if not exists ferry_state.code_files (
            name text not null,
            hash text not null,
            constraint code_files_pkey primary key (name)
        );
        """

    /// Checks that the database has the schema of this program.
    ///
    /// - Throws: ``SchemaError``, which includes a hint.
    public func check() async throws {
        guard let state = try await SchemaState.find(connection) else { throw SchemaError.missing }
        if let unknown = state.unknownMigration { throw SchemaError.newer(migration: unknown) }
        if let first = state.missing.first { throw SchemaError.older(missing: first.name) }
        if state.isOlderCode { throw SchemaError.newerCode }
        if !state.isCurrent { throw SchemaError.differentCode }
    }
}
