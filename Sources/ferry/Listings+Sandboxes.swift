enum Sandboxes: Listing {
    typealias Filter = NoFilter
    static let name = "sandboxes"
    static let abstract = "List the sandboxes, their changes and their errors."
    static let view = "ferry.sandboxes"
    static let order = "v.name"
    static let columns = [
        ListColumn("NAME", "v.name"), ListColumn("CHANGES", "v.changes", .number),
        ListColumn("IN SYNC", "case when v.in_sync then 'yes' else 'no' end"),
        ListColumn("CONFLICTS", "nullif(v.conflicts, 0)", .number),
        ListColumn("ERRORS", "nullif(v.errors, 0)", .number),
        ListColumn("WARNINGS", "nullif(v.warnings, 0)", .number),
        ListColumn("CREATED BY", "v.created_by"), ListColumn("SYNCED AT", "v.synced_at", .time),
        ListColumn("DESCRIPTION", "v.description"),
    ]
}
