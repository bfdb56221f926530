import ArgumentParser
import Postgres

/// Which parts of a definition changed, or that it was deleted.
private let whatChanged = """
    case when v.definition is null then 'deleted'
         when v.version = 1 then 'new'
         else (select string_agg(distinct c -> 'path' ->> 0, ', ')
                 from jsonb_array_elements(v.changed) as c) end
    """

enum ExportHistory: Listing {
    typealias Filter = OneExport
    static let name = "history"
    static let abstract = "List the versions of a data export, newest first."
    static let view = "ferry.object_versions"
    static let order = "v.object_id desc, v.version desc"
    static let columns = [
        ListColumn("VERSION", "v.version", .number), ListColumn("AT", "v.at", .time),
        ListColumn("BY", "v.actor"), ListColumn("COMMAND", "v.command_id", .number),
        ListColumn("DATABASE", "v.definition ->> 'database'"),
        ListColumn(
            "TABLES",
            """
            case jsonb_typeof(v.definition -> 'tables')
                 when 'array' then jsonb_array_length(v.definition -> 'tables')::text
                 else v.definition ->> 'tables' end
            """, .number),
        ListColumn("CHANGED", whatChanged),
    ]
}

/// The changes of every kind of object.
enum History: Listing {
    typealias Filter = HistoryFilter
    static let name = "history"
    static let abstract = "List the changes of configured objects, newest first."
    static let view = "ferry.object_versions"
    static let order = "v.at desc, v.command_id desc, v.kind, v.object_id"
    static let isLong = true
    static let columns = [
        ListColumn("AT", "v.at", .time), ListColumn("KIND", "v.kind"),
        ListColumn("NAME", "concat_ws(' / ', v.destination, v.name)"),
        ListColumn("VERSION", "v.version", .number), ListColumn("BY", "v.actor"),
        ListColumn("COMMAND", "v.command_id", .number), ListColumn("CHANGED", whatChanged),
        ListColumn("ENVIRONMENT", "v.environment"),
    ]
}

struct HistoryFilter: ListFilter {
    @Option(help: "Only this kind of object, for example destination or data_template.")
    var kind: String?

    @Option(help: "Only objects of this name.")
    var name: String?

    @Option(help: "Only this environment.", completion: .names(of: .environment))
    var environment: String?

    var conditions: [(String, Value)] {
        var conditions: [(String, Value)] = []
        if let kind { conditions.append(("v.kind = $?", .text(kind))) }
        if let name { conditions.append(("lower(v.name) = lower($?)", .text(name))) }
        if let environment { conditions.append(("v.environment = $?", .text(environment))) }
        return conditions
    }
}

struct OneExport: ListFilter {
    @Argument(help: "The data export.", completion: .names(of: .dataExport))
    var name: String

    @Option(help: "The environment: production (the default), or a sandbox.")
    var environment: String?

    var conditions: [(String, Value)] {
        [
            ("v.kind = 'data_export' and lower(v.name) = lower($?)", .text(name)),
            ("v.environment = $?", .text(environment ?? "production")),
        ]
    }

    var missing: (query: String, failure: Failure)? {
        (
            """
            select from ferry.data_exports where lower(name) = lower($1) and environment = $2
            """,
            Failure(
                .notFound, "there is no data export \(shownName(name))",
                hint: "see `ferry exports`")
        )
    }
}
