import Postgres
import Values

extension EventFeed {
    /// The first line of the feed: the current state of the scope, as one JSON object.
    ///
    /// It may already include events after the cursor; it includes all events before it.
    public func snapshot(of scope: Scope, at cursor: Cursor) async throws -> String {
        var parts: [(String, String)] = [("runs", Self.runs(scope))]
        switch scope {
        case .everything:
            parts.append(("data_exports", "select * from ferry.data_exports order by id"))
            parts.append(("commands", "select * from ferry.commands order by id desc limit 100"))
        case .export:
            parts.append(
                (
                    "data_exports",
                    "select * from ferry.data_exports where lower(name) = lower($1) order by id"
                ))
        case .run, .command:
            parts.append(("commands", "select * from ferry.commands where id = $1"))
        }
        let selected = parts.map { name, query in
            """
            (select coalesce(json_agg(row_to_json(x)), '[]')::text
               from (\(query)) as x) as \(name)
            """
        }
        let row = try await query(
            "select " + selected.joined(separator: ", "), scope.parameters)[0]
        var text = "{\"type\":\"snapshot\",\"cursor\":\(cursor.description.quotedAsJSON)"
        for (name, _) in parts {
            text += ",\"\(name)\":\(JSONLines.shielded(try row[name].string()))"
        }
        return text + "}"
    }

    /// Unfinished runs and the last 100 finished ones.
    private static func runs(_ scope: Scope) -> String {
        """
        (select * from ferry.runs as r
          where r.finished_at is null and (\(scope.runCondition)))
        union all
        (select * from ferry.runs as r
          where r.finished_at is not null and (\(scope.runCondition))
          order by r.id desc limit 100)
        """
    }
}
