import Postgres
import Watching

extension Examination {
    /// Sessions that hold locks on Ferry's tables while idle, or that block others.
    func locks() async throws -> [Finding] {
        let mayLook = try await connection.query(
            "select pg_has_role('pg_read_all_stats', 'usage')")[0][0].bool()
        guard mayLook else {
            return [.ok("locks", "not visible to this role (needs pg_read_all_stats)")]
        }
        let rows = try await connection.query(
            """
            with holders as (
                select l.pid, string_agg(distinct n.nspname || '.' || c.relname, ', ') as tables
                  from pg_locks as l
                  join pg_class as c on c.oid = l.relation
                  join pg_namespace as n on n.oid = c.relnamespace
                 where l.locktype = 'relation' and l.granted and l.pid <> pg_backend_pid()
                   and l.database = (select oid from pg_database where datname = current_database())
                   and n.nspname in ('ferry', 'ferry_state') and c.relkind in ('r', 'p', 'v')
                 group by l.pid
            ), waiting as (
                select b.holder, count(*) as sessions
                  from pg_stat_activity as w
                 cross join lateral unnest(pg_blocking_pids(w.pid)) as b (holder)
                 where w.wait_event_type = 'Lock' and w.datname = current_database()
                 group by b.holder
            )
            select \(Self.sessionColumns), h.tables, coalesce(w.sessions, 0) as waiting
              from holders as h
              join pg_stat_activity as a on a.pid = h.pid
              left join waiting as w on w.holder = h.pid
             where a.state like 'idle in transaction%'
                   and a.state_change < clock_timestamp() - make_interval(secs => $1)
                or w.sessions > 0 and a.xact_start < clock_timestamp() - make_interval(secs => $1)
             order by a.xact_start
            """, [.double(limits.lockIsHeld)])
        if rows.isEmpty {
            return [
                .ok(
                    "locks",
                    "no session holds locks on Ferry's tables for long")
            ]
        }
        return try rows.map { row in
            let session = try Self.session(row)
            let waiting = try row["waiting"].int64()
            let text = "\(session), holds locks on \(Self.first(try row["tables"].string()))"
            let wayOut =
                "end its transaction: select pg_terminate_backend(\(try row["pid"].int64()))"
            guard waiting > 0 else {
                return .warning("locks", text + "; `ferry migrate` would wait", wayOut: wayOut)
            }
            let others = waiting == 1 ? "a session waits" : "\(waiting) sessions wait"
            return .problem("locks", "\(text); \(others) for it", wayOut: wayOut)
        }
    }

    /// At most three of the names.
    private static func first(_ names: String) -> String {
        let all = names.split(separator: ",").map { $0.trimmingPrefix(" ") }
        if all.count <= 3 { return names }
        return all.prefix(3).joined(separator: ", ") + " and \(all.count - 3) more"
    }
}
