public import Values

/// One transition of one object, for the audit log and for `watch`.
public struct Event: Hashable, Codable, Sendable {
    public var kind: EventKind
    public var objectKind: ObjectKind
    public var objectID: Int64
    /// For a run the name of the data export that it sends.
    public var objectName: String
    /// The run that the event is about, if it is about one.
    public var run: Int64?
    public var environment: String
    /// What changed; the keys depend on the kind.
    public var details: JSONValue?

    enum CodingKeys: String, CodingKey {
        case kind
        case objectKind = "object_kind"
        case objectID = "object_id"
        case objectName = "object_name"
        case run, environment, details
    }

    init(_ kind: EventKind, _ object: some StoredObject, details: JSONValue? = nil) {
        self.kind = kind
        objectKind = type(of: object).kind
        objectID = object.id
        objectName = object.name
        run = objectKind == .run ? object.id : nil
        environment = object.environment
        self.details = details
    }
}

/// The kinds of event that commands cause.
public enum EventKind: String, Codable, Hashable, Sendable, CaseIterable {
    /// Details: a `warning` if the role of its credential has more than read rights.
    case databaseRegistered = "database_registered"
    /// Details: `credential` as it is now; `warning` as of `database_registered`.
    case databaseEdited = "database_edited"
    case databaseUnregistered = "database_unregistered"
    case dataExportCreated = "data_export_created"
    /// A draft was opened next to the active version; details: the copied `version`.
    case draftOpened = "draft_opened"
    /// Details: `database` and `tables` as they are now.
    case dataExportEdited = "data_export_edited"
    /// Details: `tables`, those that were not there before.
    case tablesAdded = "tables_added"
    /// Details: `tables`, those removed.
    case tablesRemoved = "tables_removed"
    /// Details: `table`, and its `settings` as they are now.
    case tableEdited = "table_edited"
    /// Details: `database` and `tables` as they are now.
    case databaseSwitched = "database_switched"
    /// Details: `version`, and `replaced` when there was one before; `warning` as of
    /// `database_registered`.
    case dataExportActivated = "data_export_activated"
    /// An earlier version is active again; details: the new `version`, `replaced`, and `restored`,
    /// the earlier one; `warning` as of `database_registered`.
    case dataExportRolledBack = "data_export_rolled_back"
    case draftDiscarded = "draft_discarded"
    case dataExportDeleted = "data_export_deleted"
    /// Its active version was removed; a draft stays.
    case dataExportDeactivated = "data_export_deactivated"
    case destinationCreated = "destination_created"
    /// Details: `changed`, the arguments that were.
    case destinationEdited = "destination_edited"
    case destinationDeleted = "destination_deleted"
    /// A test of it passed.
    case destinationTested = "destination_tested"
    case dataTemplateCreated = "data_template_created"
    /// Details: `destination`.
    case dataTemplateEdited = "data_template_edited"
    case dataTemplateDeleted = "data_template_deleted"
    case orchestrationAdded = "orchestration_added"
    /// Details: `data_export`, `destination` and `data_template` as they are now.
    case orchestrationEdited = "orchestration_edited"
    case orchestrationDeleted = "orchestration_deleted"
    /// Details: `orchestrations`, `enabled`, its trigger (`manual`; `schedule`, `time_zone`,
    /// `catch_up`; or `after`) and, where a schedule comes, `next_times`.
    case orchestrationGroupCreated = "orchestration_group_created"
    /// Details: as of `orchestration_group_created`.
    case orchestrationGroupEdited = "orchestration_group_edited"
    case orchestrationGroupDeleted = "orchestration_group_deleted"
    /// Details: as of `orchestration_group_created`.
    case orchestrationGroupEnabled = "orchestration_group_enabled"
    case orchestrationGroupDisabled = "orchestration_group_disabled"
    /// Of a group. Details: `runs`, their ids.
    case groupRunQueued = "group_run_queued"
    /// Of an orchestration. Details: `files`, `rows_estimated` and `bytes_estimated` in all.
    case runPlanned = "run_planned"
    /// Details: `data_export`, `version`, `destination`; of a resolution also `resolves` (the run
    /// that failed), `resolution`, and `skipped_tables` where there are any.
    case runQueued = "run_queued"
    /// Of a run that failed. Details: `by`, the run that was started instead, and `resolution`.
    case runResolved = "run_resolved"
    /// It was abandoned while it was publishing. Details: `code`, `origin`, `message`, `hint`, the
    /// `reason` that was given, and whether its manifest is `visible`: `yes`, `no` or `unknown`.
    case runFailed = "run_failed"
    case runStopping = "run_stopping"
    case runStopped = "run_stopped"
    /// Details: `on`, and `orchestration` where it is about one.
    case alertCreated = "alert_created"
    /// Details: as of `alert_created`, as they are now.
    case alertEdited = "alert_edited"
    case alertDeleted = "alert_deleted"
    /// A test message was requested; `ferry.alert_deliveries` shows whether it arrives.
    case alertTested = "alert_tested"
    /// Details: `description`, and how many `objects` it is a copy of.
    case sandboxCreated = "sandbox_created"
    /// Details: the objects `added`, `changed`, `removed`; where both sides had changed some, these
    /// `conflicts` and which side was `kept`.
    case sandboxPulled = "sandbox_pulled"
    /// Details: `message`, the objects `added`, `changed`, `removed`, `drafts_left` in the sandbox,
    /// and whether it was `deleted`.
    case sandboxPromoted = "sandbox_promoted"
    /// Details: how many `objects` went with it.
    case sandboxDeleted = "sandbox_deleted"
    /// Details: `value`, `replaced_value`.
    case settingChanged = "setting_changed"
    /// Details: `policy`, `environment` (or `all`), `denial`, `options`; also when one was denied.
    case policyGranted = "policy_granted"
    /// Details: as of `policy_granted`.
    case policyRevoked = "policy_revoked"
}
