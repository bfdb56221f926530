import ArgumentParser
import Foundation
import Migrations
import Postgres
import Watching

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the database, the schema, your rights and the workers.",
        discussion: """
            Each line says ok or problem, and then the way out. With --destinations the workers \
            test every destination: connect, write, read back, delete. That needs the rights of \
            ferry_client and ferry_viewer.
            """)

    @Flag(help: "Let the workers test every destination, too.")
    var destinations = false

    @OptionGroup var format: OutputOptions

    func run() async throws {
        let connection: Connection
        do {
            connection = try await Database.connect()
        } catch {
            let failure = Failure(error)
            try await report(
                "connection", problem: failure.message,
                wayOut: failure.hint ?? "is the server running?")
            throw ExitStatus.unavailable.code
        }
        try await report("connection", ok: "\(Database.options)")
        let isOld = try await checkVersion(connection)
        guard try await checkSchema(connection) else { throw ExitStatus.schema.code }
        let mayWork = try await checkRole(connection)
        let works = try await checkWorkers(connection)
        var passed = true
        // Without workers nobody tests anything.
        if destinations, works { passed = try await checkDestinations(connection) }
        await connection.close()
        if isOld || !mayWork || !works || !passed { throw ExitStatus.failed.code }
    }

    private func checkVersion(_ connection: Connection) async throws -> Bool {
        let row = try await connection.query(
            """
            select current_setting('server_version') as text,
                   current_setting('server_version_num')::integer >= 150000 as is_enough
            """)[0]
        let version = "PostgreSQL \(try row["text"].string())"
        guard try row["is_enough"].bool() else {
            try await report(
                "server", problem: "\(version) is too old", wayOut: "use PostgreSQL 15 or newer")
            return true
        }
        try await report("server", ok: version)
        return false
    }

    private func checkSchema(_ connection: Connection) async throws -> Bool {
        do {
            try await Database.checkSchema(connection)
            try await report("schema", ok: "as this program expects it")
            return true
        } catch let error as SchemaError {
            try await report("schema", problem: "\(error)", wayOut: nil)
            return false
        }
    }

    private func checkRole(_ connection: Connection) async throws -> Bool {
        let row = try await connection.query(
            """
            select current_user::text as name,
                   (select string_agg(rolname, ', ' order by rolname) from pg_catalog.pg_roles
                     where rolname in ('ferry_client', 'ferry_viewer', 'ferry_worker')
                       and pg_has_role(oid, 'usage')) as memberships
            """)[0]
        let name = try row["name"].string()
        guard let memberships = try row["memberships"].optionalString() else {
            try await report(
                "role", problem: "\(name) belongs to none of Ferry's roles",
                wayOut: "as an administrator: grant ferry_client to \(quoteIdentifier(name)); "
                    + "ferry_viewer sees everything, ferry_worker is for workers")
            return false
        }
        try await report("role", ok: "\(name) has the rights of \(memberships)")
        return true
    }

    private func checkWorkers(_ connection: Connection) async throws -> Bool {
        let rows: Rows
        do {
            rows = try await connection.query(
                """
                select count(*) filter (where leased_until > clock_timestamp()) as alive,
                       count(*) filter (where leased_until <= clock_timestamp()) as silent
                  from ferry.workers
                """)
        } catch let error as PostgresError where error.sqlState == "42501" {
            try await report("workers", ok: "not shown to this role (ferry_viewer sees them)")
            return true
        }
        let alive = try rows[0]["alive"].int64()
        let silent = try rows[0]["silent"].int64()
        guard alive > 0 else {
            try await report(
                "workers",
                problem: silent == 0 ? "none is running" : "\(silent) are silent, none is alive",
                wayOut: "start one: ferry worker")
            return false
        }
        let more = silent > 0 ? ", \(silent) silent (their work is taken over)" : ""
        try await report("workers", ok: "\(alive) alive\(more)")
        return true
    }

    func report(_ what: String, ok text: String) async throws {
        switch format.output {
        case .ndjson: try await write(what, isOK: true, text, wayOut: nil)
        case .table:
            let word = Terminal.painted("ok", .green)
            try await Output.line(
                "\(word)       \(Display.left(what, 12))  \(Display.escaped(text))")
        }
    }

    func report(_ what: String, problem text: String, wayOut: String?) async throws {
        switch format.output {
        case .ndjson: try await write(what, isOK: false, text, wayOut: wayOut)
        case .table:
            let word = Terminal.painted("problem", .red)
            var line = "\(word)  \(Display.left(what, 12))  \(Display.escaped(text))"
            if let wayOut { line += "\n                       \(Display.escaped(wayOut))" }
            try await Output.line(line)
        }
    }

    private func write(
        _ what: String, isOK: Bool, _ text: String, wayOut: String?
    ) async throws {
        try await Output.line(
            "{\"check\":\(JSONLines.string(what)),\"ok\":\(isOK),"
                + "\"message\":\(JSONLines.string(text)),"
                + "\"hint\":\(wayOut.map(JSONLines.string) ?? "null")}")
    }
}
