import Postgres

/// Calls that PostgreSQL's planner does not show: the checks of domains, and the functions of
/// aggregates. It considers both immutable, whatever they call.
extension SourceTable {
    /// Whether reading the table casts to a domain whose check calls a volatile function, or calls
    /// an aggregate with one.
    ///
    /// The plan shows it: it contains every cast, also of arguments, and every call, with the
    /// schema unless they are PostgreSQL's own. It does not show the domain values that JSON
    /// functions create.
    func callsVolatileHidden(_ connection: Connection) async throws -> Bool {
        let marks = try await Self.marksOfHiddenCalls(connection)
        if marks.isEmpty { return false }
        let plan = try await connection.query("EXPLAIN (VERBOSE, COSTS OFF) \(query())")
        for line in plan {
            let text = try line[0].string()
            if marks.contains(where: { Self.holds(text, $0) }) { return true }
        }
        return false
    }

    /// How a plan writes objects with hidden volatile calls; usually there are none.
    private static func marksOfHiddenCalls(_ connection: Connection) async throws -> [String] {
        let rows = try await connection.query(
            """
            with recursive domains as (
                select distinct c.contypid as oid
                  from pg_constraint as c
                 cross join lateral regexp_matches(
                           c.conbin::text, ':(?:funcid|opfuncid) (\\d+)', 'g') as called (id)
                  join pg_proc as p on p.oid = called.id[1]::oid
                 where c.contypid <> 0 and c.contype = 'c' and p.provolatile = 'v'
            ), types as (
                -- Domains over them, arrays of them and rows with them are checked, too.
                select oid from domains
                union
                select t.oid
                  from types as inner_type
                  join pg_type as t
                    on inner_type.oid in (t.typbasetype, t.typelem)
                    or exists (select from pg_attribute as a
                                where a.attrelid = t.typrelid and a.atttypid = inner_type.oid
                                  and not a.attisdropped)
            )
            select '::' || format_type(oid, null) from types
            union all
            select distinct quote_ident(n.nspname) || '.' || quote_ident(a.proname) || '('
              from pg_aggregate as parts
              join pg_proc as p
                on p.oid in (parts.aggtransfn, parts.aggfinalfn, parts.aggcombinefn,
                             parts.aggserialfn, parts.aggdeserialfn, parts.aggmtransfn,
                             parts.aggminvtransfn, parts.aggmfinalfn)
              join pg_proc as a on a.oid = parts.aggfnoid
              join pg_namespace as n on n.oid = a.pronamespace
             where p.provolatile = 'v'
            """)
        return try rows.map { try $0[0].string() }
    }

    /// Whether the text occurs, and is not the beginning of a longer name.
    private static func holds(_ text: String, _ mark: String) -> Bool {
        text.ranges(of: mark).contains { range in
            guard range.upperBound < text.endIndex, mark.last?.isPartOfName == true else {
                return true
            }
            return !text[range.upperBound].isPartOfName
        }
    }
}

extension Character {
    /// Whether PostgreSQL accepts it in an unquoted name.
    fileprivate var isPartOfName: Bool {
        !isASCII || isLetter || isNumber || self == "_" || self == "$"
    }
}
