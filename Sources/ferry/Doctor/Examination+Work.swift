import Postgres
import Values
import Watching

extension Examination {
    func workers() async throws -> [Finding] {
        try await shown("workers") {
            let row = try await connection.query(
                """
                select count(*) filter (where leased_until > clock_timestamp()) as alive,
                       count(*) filter (where leased_until <= clock_timestamp()) as expired,
                       string_agg(format('%s (%s)', name, host), ', ' order by leased_until)
                           filter (where leased_until <= clock_timestamp()) as names
                  from ferry.workers
                """)[0]
            let alive = try row["alive"].int64()
            let expired = try row["expired"].int64()
            let names = try row["names"].optionalString() ?? ""
            if alive == 0 {
                let text =
                    expired == 0
                    ? "no worker is running" : "no worker is alive; expired: \(names)"
                return [.problem("workers", text, wayOut: "start one: ferry worker")]
            }
            if expired > 0 {
                return [
                    .warning(
                        "workers", "\(alive) alive; expired: \(names)",
                        wayOut: "other workers take over its work; find out why it stopped or "
                            + "cannot reach the database")
                ]
            }
            return [.ok("workers", "\(alive) alive")]
        }
    }

    func commands() async throws -> [Finding] {
        try await shown("commands") {
            let rows = try await connection.query(
                """
                with late as (
                    select id, command, state, attempts, message,
                           extract(epoch from clock_timestamp()
                               - greatest(created_at, run_at))::float8 as seconds
                      from ferry.unfinished_commands
                     where greatest(created_at, run_at)
                           < clock_timestamp() - make_interval(secs => $1)
                )
                select distinct on (state = 'retrying') state, id, command, attempts, message,
                       seconds, count(*) over (partition by state = 'retrying') as commands
                  from late where state <> 'scheduled' order by state = 'retrying', seconds desc
                """, [.double(limits.commandWaits)])
            if rows.isEmpty { return [.ok("commands", "none is waiting for long")] }
            return try rows.map(Self.late)
        }
    }

    private static func late(_ row: Row) throws -> Finding {
        let count = try row["commands"].int64()
        let id = try row["id"].int64()
        let oldest = "\(id) \(try row["command"].string())"
        let age = Quantity.seconds(try row["seconds"].double())
        let which = count == 1 ? "command \(oldest)" : "\(count) commands, the oldest \(oldest),"
        if try row["state"].string() == "retrying" {
            let attempts = Quantity.plural(try row["attempts"].int64(), "attempt")
            let why = try row["message"].optionalString().map { ": \($0)" } ?? ""
            return .warning(
                "commands", "\(which) retried for \(age), \(attempts) so far\(why)",
                wayOut: "fix the cause, or cancel it: ferry command cancel \(id)")
        }
        return .warning(
            "commands", "\(which) waiting for \(age)",
            wayOut: "check that enough workers run (`ferry workers`). Commands on one object are "
                + "applied one after the other (`ferry commands`)")
    }

    func runs() async throws -> [Finding] {
        try await shown("runs") {
            let rows = try await connection.query(
                """
                select r.id, r.data_export, r.state, r.error_message, r.error_hint,
                       r.retry_at is not null as is_retried, r.stuck_at is not null as is_stuck,
                       s.seconds
                  from ferry.runs as r
                 cross join lateral (
                       select extract(epoch from clock_timestamp() - case
                                  when r.state = 'publishing'
                                  then coalesce((select max(t.finished_at) from ferry.run_tasks as t
                                                  where t.run_id = r.id), r.started_at)
                                  else coalesce(r.started_at, r.created_at) end)::float8 as seconds
                  ) as s
                 where r.finished_at is null
                   and (r.state in ('publishing', 'stopping', 'queued'))
                   and (s.seconds > $1 or r.stuck_at is not null)
                 order by r.stuck_at is not null desc, r.state = 'publishing' desc, s.seconds desc
                """, [.double(limits.runWaits)])
            if rows.isEmpty {
                return [
                    .ok(
                        "runs",
                        "none is waiting, retried or publishing for long")
                ]
            }
            return try Self.grouped(rows)
        }
    }

    /// One line for each kind of delay, with the run that has it for longest.
    private static func grouped(_ rows: Rows) throws -> [Finding] {
        var found: [(kind: String, row: Row, count: Int)] = []
        for row in rows {
            let kind =
                try row["is_retried"].bool() ? "retried" : try row["state"].string()
            if let place = found.firstIndex(where: { $0.kind == kind }) {
                found[place].count += 1
            } else {
                found.append((kind, row, 1))
            }
        }
        return try found.map { try delayed($0.kind, $0.row, others: $0.count - 1) }
    }

    private static func delayed(_ kind: String, _ row: Row, others: Int) throws -> Finding {
        let id = try row["id"].int64()
        let run = "run \(id) \(try row["data_export"].string())"
        let age = Quantity.seconds(try row["seconds"].double())
        let why = try row["error_message"].optionalString().map { ": \($0)" } ?? ""
        let more = others == 0 ? "" : " (and \(Quantity.plural(Int64(others), "other run")))"
        let hint = try row["error_hint"].optionalString().flatMap { $0.isEmpty ? nil : $0 }
        switch kind {
        case "publishing":
            return .problem(
                "runs", "\(run) has been publishing for \(age)\(more)\(why)",
                wayOut: hint ?? "fix the destination; the run then continues automatically")
        case "retried":
            return .warning(
                "runs", "\(run) has been retried for \(age)\(more)\(why)",
                wayOut: hint ?? "fix the cause, or stop it: ferry run stop \(id)")
        case "stopping":
            return .warning(
                "runs", "\(run) has been stopping for \(age)\(more)",
                wayOut: "check that its worker reaches the database: `ferry workers`")
        default:
            return .warning(
                "runs", "\(run) has been waiting for \(age)\(more)",
                wayOut: "it is waiting for a worker, or for an earlier run of its orchestration: "
                    + "see `ferry runs`")
        }
    }

    func sandboxes() async throws -> [Finding] {
        try await shown("sandboxes") {
            let rows = try await connection.query(
                """
                select name, errors, warnings,
                       extract(epoch from clock_timestamp() - coalesce(checked_at, created_at)
                           )::float8 as unchecked
                  from ferry.sandboxes order by name
                """)
            var findings: [Finding] = []
            for row in rows {
                let name = "\"\(try row["name"].string())\""
                let errors = try row["errors"].int64()
                let unchecked = try row["unchecked"].double()
                if errors > 0 {
                    findings.append(
                        .warning(
                            "sandboxes",
                            "\(name) cannot be promoted: \(Quantity.plural(errors, "error"))",
                            wayOut: "select * from ferry.sandbox_problems"))
                } else if unchecked > limits.sandboxUnchecked {
                    findings.append(
                        .warning(
                            "sandboxes",
                            "\(name) has not been checked for "
                                + Quantity.seconds(unchecked),
                            wayOut: "workers check sandboxes: see `ferry workers` for running "
                                + "ones"))
                }
            }
            if !findings.isEmpty { return findings }
            return [.ok("sandboxes", rows.isEmpty ? "none" : "no errors in \(rows.count)")]
        }
    }
}
