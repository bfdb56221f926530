enum Alerts: Listing {
    typealias Filter = EnvironmentFilter
    static let name = "alerts"
    static let abstract = "List the alerts."
    static let view = "ferry.alerts"
    static let order = "v.environment, v.name"
    static let columns = [
        ListColumn("ID", "v.id", .number), ListColumn("NAME", "v.name"),
        ListColumn("EVENTS", "array_to_string(v.events, ', ')"),
        ListColumn("LIMIT", "v.runtime_seconds_max || ' s'", .number),
        ListColumn("ORCHESTRATION", "coalesce(v.orchestration, 'all')"),
        ListColumn(
            "EVENTS",
            """
            coalesce(v.credential, array_to_string(
                array(select jsonb_array_elements_text(v.program)), ' '))
            """),
        ListColumn("WAITING", "nullif(v.waiting, 0)", .number),
        ListColumn("ENVIRONMENT", "v.environment"),
    ]
}

enum AlertDeliveries: Listing {
    typealias Filter = AlertDeliveriesFilter
    static let name = "alert-deliveries"
    static let abstract = "List the messages of alerts and their delivery status, newest first."
    static let view = "ferry.alert_deliveries"
    static let order = "v.created_at desc, v.id"
    static let isLong = true
    static let columns = [
        ListColumn("ID", "v.id"), ListColumn("ALERT", "v.alert"), ListColumn("EVENT", "v.event"),
        ListColumn("RUN", "v.run_id", .number), ListColumn("STATE", "v.state"),
        ListColumn("ATTEMPTS", "v.attempts", .number),
        ListColumn("CREATED AT", "v.created_at", .time),
        ListColumn("NEXT ATTEMPT AT", "v.next_attempt_at", .time),
        ListColumn("LAST ERROR", "v.last_error"),
    ]
}
