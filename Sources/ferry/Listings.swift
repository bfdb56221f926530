enum Exports: Listing {
    typealias Filter = EnvironmentFilter
    static let name = "exports"
    static let abstract = "List the data exports and their status."
    static let view = "ferry.data_exports"
    static let order = "v.environment, v.name"
    static let columns = [
        ListColumn("ID", "v.id", .number), ListColumn("NAME", "v.name"),
        ListColumn("STATUS", "v.status", .state), ListColumn("VERSION", "v.version", .number),
        ListColumn("DATABASE", "v.database"),
        ListColumn(
            "TABLES",
            """
            case jsonb_typeof(v.tables) when 'array' then jsonb_array_length(v.tables)::text
                 else v.tables #>> '{}' end
            """, .number),
        ListColumn(
            "SETTINGS OF",
            "nullif(array_to_string(array(select jsonb_object_keys(v.table_settings)), ', '), '')"),
        ListColumn("LAST RUN", "v.last_run", .number), ListColumn("", "v.last_run_state", .state),
        ListColumn("AT", "v.last_run_at", .time), ListColumn("ENVIRONMENT", "v.environment"),
    ]
}

enum Databases: Listing {
    typealias Filter = EnvironmentFilter
    static let name = "databases"
    static let abstract = "List the source databases."
    static let view = "ferry.databases"
    static let order = "v.environment, v.name"
    static let columns = [
        ListColumn("ID", "v.id", .number), ListColumn("NAME", "v.name"),
        ListColumn("CREDENTIAL", "v.credential"), ListColumn("CREATED BY", "v.created_by"),
        ListColumn("CREATED AT", "v.created_at", .time),
        ListColumn("ENVIRONMENT", "v.environment"),
    ]
}

enum Destinations: Listing {
    typealias Filter = EnvironmentFilter
    static let name = "destinations"
    static let abstract = "List the destinations."
    static let view = "ferry.destinations"
    static let order = "v.environment, v.name"
    static let columns = [
        ListColumn("ID", "v.id", .number), ListColumn("NAME", "v.name"),
        ListColumn("KIND", "v.kind"), ListColumn("SETTINGS", "v.settings"),
        ListColumn("FOR", "case when v.administrators_only then 'administrators' else 'all' end"),
        ListColumn("ENVIRONMENT", "v.environment"),
    ]
}

enum Templates: Listing {
    typealias Filter = EnvironmentFilter
    static let name = "templates"
    static let abstract = "List the data templates of the destinations."
    static let view = "ferry.data_templates"
    static let order = "v.environment, v.destination, v.name"
    static let columns = [
        ListColumn("ID", "v.id", .number), ListColumn("DESTINATION", "v.destination"),
        ListColumn("NAME", "v.name"), ListColumn("SETTINGS", "v.settings"),
        ListColumn("ENVIRONMENT", "v.environment"),
    ]
}

enum Orchestrations: Listing {
    typealias Filter = EnvironmentFilter
    static let name = "orchestrations"
    static let abstract = "List the orchestrations and their last runs."
    static let view = "ferry.orchestrations"
    static let order = "v.environment, v.name"
    static let columns = [
        ListColumn("ID", "v.id", .number), ListColumn("NAME", "v.name"),
        ListColumn("EXPORT", "v.data_export"), ListColumn("DESTINATION", "v.destination"),
        ListColumn("TEMPLATE", "v.data_template"), ListColumn("LAST RUN", "v.last_run", .number),
        ListColumn("", "v.last_run_state", .state), ListColumn("ENVIRONMENT", "v.environment"),
    ]
}

enum Groups: Listing {
    typealias Filter = EnvironmentFilter
    static let name = "groups"
    static let abstract = "List the orchestration groups, their next times and last runs."
    static let view = "ferry.orchestration_groups"
    static let order = "v.environment, v.name"
    static let columns = [
        ListColumn("ID", "v.id", .number), ListColumn("NAME", "v.name"),
        ListColumn("ORCHESTRATIONS", "array_to_string(v.orchestrations, ', ')"),
        ListColumn("STATE", "case when v.enabled then 'enabled' else 'disabled' end"),
        ListColumn("RUNS", "coalesce(v.schedule, 'after ' || v.after, v.trigger)"),
        ListColumn("TIME ZONE", "v.time_zone"), ListColumn("NEXT", "v.next_times[1]", .time),
        ListColumn("", "v.next_times[2]", .time), ListColumn("", "v.next_times[3]", .time),
        ListColumn("LAST RUN", "v.last_run", .number), ListColumn("", "v.last_run_state"),
        ListColumn("ENVIRONMENT", "v.environment"),
    ]
}

enum GroupRuns: Listing {
    typealias Filter = EnvironmentFilter
    static let name = "group-runs"
    static let abstract = "List the runs of orchestration groups, newest first."
    static let view = "ferry.group_runs"
    static let order = "v.id desc"
    static let isLong = true
    static let columns = [
        ListColumn("GROUP RUN", "v.id", .number), ListColumn("GROUP", "v.orchestration_group"),
        ListColumn("STATE", "v.state"),
        ListColumn("RUNS", "v.runs_succeeded || '/' || v.runs", .number),
        ListColumn("FAILED", "nullif(v.runs_failed, 0)", .number),
        ListColumn("SCHEDULED FOR", "v.scheduled_for", .time),
        ListColumn("STARTED AT", "v.started_at", .time),
        ListColumn("FINISHED AT", "v.finished_at", .time),
        ListColumn("ENVIRONMENT", "v.environment"),
    ]
}

enum Runs: Listing {
    typealias Filter = RunsFilter
    static let name = "runs"
    static let abstract = "List the runs, newest first."
    static let view = "ferry.runs"
    static let order = "v.id desc"
    static let isLong = true
    static let columns = [
        ListColumn("RUN", "v.id", .number), ListColumn("EXPORT", "v.data_export"),
        ListColumn("DESTINATION", "v.destination"), ListColumn("STATE", "v.state", .state),
        ListColumn("TABLES", "v.tables_done || '/' || v.tables", .number),
        ListColumn("ROWS", "v.rows", .count), ListColumn("BYTES", "v.bytes", .bytes),
        ListColumn("DONE", "v.percent", .percent), ListColumn("STARTED AT", "v.started_at", .time),
        ListColumn("FINISHED AT", "v.finished_at", .time),
        ListColumn("RETRY AT", "v.retry_at", .time), ListColumn("ORIGIN", "v.error_origin"),
        ListColumn("ERROR", "v.error_message"), ListColumn("RESOLVED BY", "v.resolved_by", .number),
        ListColumn("WARNINGS", "nullif(jsonb_array_length(v.warnings), 0)", .number),
    ]
}

enum Tasks: Listing {
    typealias Filter = OneRun
    static let name = "tasks"
    static let abstract = "List the tables of a run and their progress."
    static let view = "ferry.run_tasks"
    static let order = "v.number"
    static let columns = [
        ListColumn("#", "v.number", .number),
        ListColumn("TABLE", "v.table_schema || '.' || v.table_name"),
        ListColumn("PART", "v.part || ' of ' || v.parts"),
        ListColumn("STATE", "v.state", .state), ListColumn("ROWS", "v.rows", .count),
        ListColumn("BYTES", "v.bytes", .bytes), ListColumn("WORKER", "v.worker"),
        ListColumn("STARTED AT", "v.started_at", .time),
        ListColumn("FINISHED AT", "v.finished_at", .time),
        ListColumn("RETRY AT", "v.retry_at", .time), ListColumn("ORIGIN", "v.error_origin"),
        ListColumn("ERROR", "v.error_message"),
    ]
}

enum Files: Listing {
    typealias Filter = OneRun
    static let name = "files"
    static let abstract = "List the files that a run delivered."
    static let view = "ferry.run_files"
    static let order = "v.file, v.member"
    static let columns = [
        ListColumn("FILE", "v.file"), ListColumn("MEMBER", "v.member"),
        ListColumn("TABLE", "v.table_schema || '.' || v.table_name"),
        ListColumn("ROWS", "v.rows", .count), ListColumn("BYTES", "v.bytes", .bytes),
        ListColumn("SHA-256", "left(v.sha256, 16)"),
    ]
}

enum Workers: Listing {
    typealias Filter = NoFilter
    static let name = "workers"
    static let abstract = "List the running workers."
    static let view = "ferry.workers"
    static let order = "v.id"
    static let columns = [
        ListColumn("ID", "v.id", .number), ListColumn("NAME", "v.name"),
        ListColumn("HOST", "v.host"), ListColumn("PID", "v.process_id", .number),
        ListColumn("VERSION", "v.version"),
        ListColumn("TASKS", "v.tasks || '/' || v.concurrency", .number),
        ListColumn(
            "STATE", "case when v.leased_until > clock_timestamp() then 'alive' else 'expired' end",
            .state),
        ListColumn("STARTED AT", "v.started_at", .time),
        ListColumn("HEARTBEAT AT", "v.heartbeat_at", .time),
    ]
}

enum Credentials: Listing {
    typealias Filter = NoFilter
    static let name = "credentials"
    static let abstract = "List the credentials of the running workers: names and kinds."
    static let view = "ferry.credentials"
    static let order = "v.name, v.kind"
    static let columns = [
        ListColumn("NAME", "v.name"), ListColumn("KIND", "v.kind"),
        ListColumn("VERIFIED", "v.is_verified"),
        ListColumn("WORKERS", "v.workers", .number),
        ListColumn("MISSING ON", "nullif(v.workers_without, 0)", .number),
    ]
}

enum Events: Listing {
    typealias Filter = EventsFilter
    static let name = "events"
    static let abstract = "List the events, newest first."
    static let view = "ferry.events"
    static let order = "v.id desc"
    static let isLong = true
    static let columns = [
        ListColumn("ID", "v.id", .number), ListColumn("AT", "v.at", .time),
        ListColumn("EVENT", "v.event"), ListColumn("OBJECT", "v.object_kind"),
        ListColumn("", "v.object_id", .number), ListColumn("NAME", "v.object_name"),
        ListColumn("RUN", "v.run_id", .number), ListColumn("COMMAND", "v.command_id", .number),
        actor, ListColumn("DETAILS", "v.details"),
    ]
}

enum Commands: Listing {
    typealias Filter = CommandsFilter
    static let name = "commands"
    static let abstract = "List the commands, newest first: your own, or all for ferry_viewer."
    static let view = "ferry.commands"
    static let order = "v.id desc"
    static let isLong = true
    static let columns = [
        ListColumn("ID", "v.id", .number), ListColumn("COMMAND", "v.command"),
        ListColumn("ARGUMENTS", "v.arguments"), ListColumn("STATE", "v.state", .state),
        actor, ListColumn("CREATED AT", "v.created_at", .time),
        ListColumn("FINISHED AT", "v.finished_at", .time), ListColumn("MESSAGE", "v.message"),
        ListColumn("ENVIRONMENT", "v.environment"),
    ]
}
