import Postgres
import SchemaFiles

/// Replaces views and functions by those of this program.
///
/// Only changes are written: a view cannot be replaced, nor get a trigger, while transactions are
/// open that have used it.
struct CodeRenewal {
    private let state: SchemaState
    private let locks: LockBudget

    init(_ state: SchemaState, _ locks: LockBudget) {
        self.state = state
        self.locks = locks
    }

    func write(_ connection: isolated Connection) async throws {
        try await connection.run(
            "set local client_min_messages = warning; set local check_function_bodies = off")
        let overloaded = try await overloaded(connection)
        var kept: [String] = []
        var changed: [String] = []
        for file in Schema.code {
            // The meaning of a view's text depends on the tables and views that it reads.
            if state.missing.isEmpty, state.files[file.name] == file.hash,
                !overloaded.contains(file.object), !changed.contains(where: file.mentions)
            {
                kept.append(file.object)
                continue
            }
            try await connection.run(locks.limit + file.text)
            if file.isView { changed.append(file.object) }
        }
        try await writeCommands(connection, &kept)
        // Everything that this transaction did not write is left over from another release.
        try await drop(connection, allBut: kept)
        try await connection.run(
            """
            \(locks.limit)
            select ferry_state.make_event_partitions();
            select ferry_state.grant_privileges();
            """)
        try await note(connection)
    }

    /// Names of routines that exist more than once, so that one may be left over.
    private func overloaded(_ connection: isolated Connection) async throws -> Set<String> {
        Set(
            try await connection.query(
                """
                select proname from pg_catalog.pg_proc
                 where pronamespace in (to_regnamespace('ferry'), to_regnamespace('ferry_state'))
                 group by pronamespace, proname having count(*) > 1
                """
            ).map { try $0[0].string() })
    }

    /// Writes the typed functions of commands, if their definitions have changed.
    private func writeCommands(
        _ connection: isolated Connection, _ kept: inout [String]
    ) async throws {
        let sources = Schema.code.filter {
            [
                "functions/defined_commands", "functions/fill_command_definitions",
                "functions/create_command_functions",
            ].contains($0.name)
        }
        let isSame =
            state.missing.isEmpty && sources.count == 3
            && sources.allSatisfy { state.files[$0.name] == $0.hash }
        let names = try await connection.query(
            """
            select command, (select count(*) from pg_catalog.pg_proc
                              where pronamespace = 'ferry'::regnamespace and proname = command)
              from ferry_state.command_definitions
            """)
        if try isSame && names.allSatisfy({ try $0[1].int() == 1 }) {
            kept += try names.map { try $0[0].string() }
        } else {
            try await connection.run("select ferry_state.create_command_functions()")
        }
    }

    private func drop(_ connection: isolated Connection, allBut kept: [String]) async throws {
        // Triggers of functions that were written, or are about to be dropped.
        let triggers = try await connection.query(
            """
            select format('drop trigger %I on %s;', t.tgname, t.tgrelid::regclass)
              from pg_catalog.pg_trigger as t join pg_catalog.pg_proc as p on p.oid = t.tgfoid
             where p.pronamespace in ('ferry'::regnamespace, 'ferry_state'::regnamespace)
               and not t.tgisinternal and t.tgparentid = 0
               and t.xmin <> pg_current_xact_id()::xid
               and p.proname <> all ($1::text[])
            """, [Value(kept)])
        for trigger in triggers {
            try await connection.run("\(locks.limit) \(try trigger[0].string())")
        }
        let old = try await connection.query(
            """
            select p.oid::regprocedure::text
              from pg_catalog.pg_proc as p
             where pronamespace in ('ferry'::regnamespace, 'ferry_state'::regnamespace)
               and xmin <> pg_current_xact_id()::xid
               and proname <> all ($1::text[])
            """, [Value(kept)])
        guard !old.isEmpty else { return }
        // All in one statement: a routine with a bound body cannot be dropped after the one that it
        // calls.
        let names = try old.map { try $0[0].string() }.joined(separator: ", ")
        try await connection.run("\(locks.limit) drop routine \(names)")
    }

    private func note(_ connection: isolated Connection) async throws {
        try await connection.execute(
            """
            delete from ferry_state.code
             where number >= (select number from ferry_state.code where fingerprint = $1)
            """, [.text(Schema.fingerprint)])
        try await connection.execute(
            "insert into ferry_state.code (fingerprint) values ($1)", [.text(Schema.fingerprint)])
        try await connection.run("delete from ferry_state.code_files")
        try await connection.execute(
            """
            insert into ferry_state.code_files (name, hash)
            select * from unnest($1::text[], $2::text[])
            """, [Value(Schema.code.map(\.name)), Value(Schema.code.map(\.hash))])
    }
}
