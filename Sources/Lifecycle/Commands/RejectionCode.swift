/// Every reason for which a command is rejected. The codes are stable: programs depend on them.
public enum RejectionCode: String, Codable, Hashable, Sendable, CaseIterable {
    // The command itself.

    /// There is no such command.
    case unknownCommand = "unknown_command"
    /// There is no such environment.
    case unknownEnvironment = "unknown_environment"
    /// An argument that the command needs is not there.
    case missingArgument = "missing_argument"
    /// The command has no argument of that name.
    case unknownArgument = "unknown_argument"
    /// An argument, or the arguments as a whole, is of the wrong JSON type.
    case wrongType = "wrong_type"
    /// An argument is longer than allowed.
    case argumentTooLong = "argument_too_long"
    /// A name is empty, too long or contains control characters.
    case invalidName = "invalid_name"
    /// `tables` is neither "all" nor a list of at least one table name.
    case invalidTables = "invalid_tables"
    /// `credential` is not the name of a credential.
    case invalidCredential = "invalid_credential"
    /// There is no such kind of destination.
    case unknownDestinationKind = "unknown_destination_kind"

    /// There is no such policy, or its options do not go together.
    case invalidPolicy = "invalid_policy"

    /// A value that an argument cannot have: a setting, its value, or whose objects to keep.
    case invalidChoice = "invalid_choice"

    // Who sends it.

    /// No policy of the sender allows it, or one denies it.
    case permissionDenied = "permission_denied"
    /// It would leave no role that can grant policies.
    case lastAdministrator = "last_administrator"

    /// Data exports of production are changed by promotion only.
    case promotionOnly = "promotion_only"

    // Sandboxes.

    /// The command belongs in production.
    case notInProduction = "not_in_production"
    /// Production and the sandbox both changed an object since the last sync.
    case sandboxConflict = "sandbox_conflict"
    /// Production has changed since the sandbox's last sync.
    case sandboxBehind = "sandbox_behind"
    /// A data export of the sandbox sends tables that are not there or cannot be read.
    case sandboxHasErrors = "sandbox_has_errors"
    /// The sandbox has no changes.
    case nothingToPromote = "nothing_to_promote"
    /// The name was not repeated.
    case notConfirmed = "not_confirmed"
    /// An object would refer to another that is not in its environment.
    case referenceMissing = "reference_missing"

    // The objects it names.

    /// An object that the command names does not exist.
    case notFound = "not_found"
    /// Another object of the kind has that name.
    case nameInUse = "name_in_use"
    /// A database that the command names is not registered.
    case databaseNotRegistered = "database_not_registered"
    /// The tables of a database could not be looked up, or its credential connects to several
    /// servers.
    case databaseUnavailable = "database_unavailable"
    /// A table that was chosen is not in the database.
    case tableNotInDatabase = "table_not_in_database"
    /// A table to be removed is not among those the export names.
    case tableNotInExport = "table_not_in_export"
    /// Settings of a table are malformed, or the source cannot apply them.
    case invalidTableSettings = "invalid_table_settings"
    /// A single table cannot be removed from an export of all tables.
    case allTablesChosen = "all_tables_chosen"

    // Drafts and activation.

    /// The export has no database yet.
    case noDatabaseChosen = "no_database_chosen"
    /// The export has no tables to send.
    case noTablesChosen = "no_tables_chosen"
    /// Tables of the export do not exist or cannot be read at activation.
    case tablesMissing = "tables_missing"
    /// The export has no draft to activate or to discard.
    case noDraft = "no_draft"
    /// The active version is no longer the one that the draft was opened from.
    case versionChanged = "version_changed"
    /// The export never had a version of that number.
    case unknownVersion = "unknown_version"
    /// The version to roll back to is already active.
    case versionIsActive = "version_is_active"
    /// The export was never activated.
    case exportIsDraft = "export_is_draft"

    // Destinations and data templates.

    /// The kind of a destination cannot be changed.
    case kindIsFixed = "kind_is_fixed"
    /// The destination's test failed; a new or edited one was not saved.
    case destinationTestFailed = "destination_test_failed"
    /// The settings of a destination or data template are not valid, so it was not saved.
    case invalidSettings = "invalid_settings"

    // Alerts.

    /// The events or the target of an alert are incomplete or contradictory.
    case invalidAlert = "invalid_alert"

    // Groups and schedules.

    /// `orchestrations` names none, or one more than once.
    case invalidOrchestrations = "invalid_orchestrations"
    /// A group has no trigger, more than one, or options that do not belong to it.
    case invalidTrigger = "invalid_trigger"
    /// A schedule is not a cron expression, can never fire, or `catch_up` is unknown.
    case invalidSchedule = "invalid_schedule"
    /// There is no such time zone.
    case unknownTimeZone = "unknown_time_zone"
    /// Groups would run after one another in a cycle.
    case circularGroups = "circular_groups"
    /// The group is disabled, so it does not run.
    case groupDisabled = "group_disabled"

    // Planning, deleting, running and stopping.

    /// A run would fail before reading anything.
    case planFailed = "plan_failed"

    /// Other objects use the one to be deleted.
    case inUse = "in_use"
    /// A run that has not ended uses the object to be deleted.
    case runInProgress = "run_in_progress"
    /// The run is being stopped already.
    case runStopping = "run_stopping"
    /// The run is publishing; it can only finish.
    case runPublishing = "run_publishing"
    /// Only a run that is publishing can be abandoned.
    case runNotPublishing = "run_not_publishing"
    /// The run has ended.
    case runNotRunning = "run_not_running"

    // Resolving a run that failed.

    /// Only a run that failed can be resolved.
    case runNotFailed = "run_not_failed"
    /// Another run was started to resolve it.
    case runResolved = "run_resolved"
    /// A table to be skipped is not one of the run's.
    case tableNotInRun = "table_not_in_run"
    /// Without the table the run would send nothing.
    case noTablesLeft = "no_tables_left"
}
