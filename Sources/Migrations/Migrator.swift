public import Postgres
import SchemaFiles

/// Brings a database to the schema that this program works with.
///
/// Everything happens in one transaction under an advisory lock: any number of processes may call
/// ``migrate()`` at once, and a failure leaves the database as it was.
public struct Migrator: Sendable {
    let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// What a migration did.
    public struct Report: Sendable, Equatable {
        /// Names of the migrations applied now, oldest first; empty when there was nothing to do.
        public let applied: [String]
        /// Whether functions and views were written anew.
        public let renewedCode: Bool
    }

    /// Applies what is missing.
    ///
    /// - Throws: ``SchemaError/newer(migration:)`` when the database was migrated by a newer Ferry;
    ///   `PostgresError` for everything else, for example a missing right to create the schema.
    public func migrate() async throws -> Report {
        try await connection.transaction { connection in
            try await Self.apply(connection)
        }
    }

    private static func apply(_ connection: isolated Connection) async throws -> Report {
        // 'ferry' as two numbers: nobody else's lock.
        try await connection.run("select pg_advisory_xact_lock(1181053561, 0)")
        try await connection.run(foundation)
        let state = try await SchemaState.read(connection)
        if let unknown = state.unknownMigration { throw SchemaError.newer(migration: unknown) }

        for migration in state.missing {
            try await connection.run(migration.text)
            try await connection.execute(
                "insert into ferry_state.migrations (number, name) values ($1, $2)",
                [.int(Int64(migration.number)), .text(migration.name)])
        }
        let renew = !state.missing.isEmpty || state.code != Schema.fingerprint
        if renew { try await renewCode(connection) }
        return Report(applied: state.missing.map(\.name), renewedCode: renew)
    }

    /// What the record of migrations itself needs.
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
            fingerprint text        not null,
            applied_at  timestamptz not null default now(),
            constraint code_pkey primary key (fingerprint)
        );
        """

    /// Writes every view and function, and drops those that are no longer among them.
    private static func renewCode(_ connection: isolated Connection) async throws {
        let files = SchemaSQL.functionsOfViews + SchemaSQL.views + SchemaSQL.functions
        for file in files {
            try await connection.run(file.text)
        }
        // What this transaction did not write is left over from an older release.
        try await connection.run(
            """
            select ferry_state.create_command_functions();
            do $$
            declare
                v_routine regprocedure;
            begin
                for v_routine in
                    select oid from pg_catalog.pg_proc
                     where pronamespace in ('ferry'::regnamespace, 'ferry_state'::regnamespace)
                       and xmin <> pg_current_xact_id()::xid
                loop
                    execute format('drop routine %s', v_routine);
                end loop;
            end;
            $$;
            select ferry_state.make_event_partitions();
            select ferry_state.grant_privileges();
            delete from ferry_state.code;
            """)
        try await connection.execute(
            "insert into ferry_state.code (fingerprint) values ($1)", [.text(Schema.fingerprint)])
    }

    /// Checks that the database has the schema that this program works with.
    ///
    /// - Throws: ``SchemaError``, which names the command that mends it.
    public func check() async throws {
        let exists = try await connection.query(
            "select to_regclass('ferry_state.code') is not null")
        guard try exists.first?[0].bool() == true else { throw SchemaError.missing }
        let state = try await SchemaState.read(connection)
        if let unknown = state.unknownMigration { throw SchemaError.newer(migration: unknown) }
        if let first = state.missing.first { throw SchemaError.older(missing: first.name) }
        if state.code != Schema.fingerprint { throw SchemaError.differentCode }
    }
}
