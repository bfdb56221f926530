import Lifecycle
import Values

private let rollBack = command("roll_back_data_export", ["name": "daily", "version": 1])
private let second = Scene(export: Scene.export(active: Scene.version(2, Scene.tables("a"))))

/// What version 1 was.
private func first(
    _ tables: TableSelection, in database: Database? = Scene.crm
) -> [Fact: FactValue] {
    [
        .version(dataExportID: 10, number: 1): .version(
            PastVersion(version: Scene.version(1, tables), database: database))
    ]
}

let rollbackCases = [
    RejectionCase(
        .unknownVersion, command("roll_back_data_export", ["name": "Daily", "version": 3]),
        in: second, message: "export \"Daily\" has no version 3; it has versions 1 to 2",
        hint: "list all: select * from ferry.object_versions where kind = 'data_export'"),
    RejectionCase(
        .unknownVersion, command("roll_back_data_export", ["name": "Daily", "version": 0]),
        message: "export \"Daily\" has no version 0; it has version 1 alone",
        hint: "list all: select * from ferry.object_versions where kind = 'data_export'"),
    RejectionCase(
        .versionIsActive, command("roll_back_data_export", ["name": "daily", "version": 2]),
        in: second,
        knowing: [
            .version(dataExportID: 10, number: 2): .version(
                PastVersion(
                    version: Scene.version(2, Scene.tables("a")), database: Scene.crm))
        ],
        message: "version 2 of \"Daily\" is already active",
        hint: "see what changed: select * from ferry.data_export_diff(…)"),
    RejectionCase(
        .unknownVersion, rollBack, in: second,
        knowing: [.version(dataExportID: 10, number: 1): .version(nil)],
        message: "version 1 of export \"Daily\" was pruned",
        hint: "list the kept ones: select * from ferry.object_versions "
            + "where kind = 'data_export'"),
    RejectionCase(
        .versionIsActive, rollBack, in: second, knowing: first(Scene.tables("a")),
        message: "version 1 of \"Daily\" is already active (v2 is the same)",
        hint: "see what changed: select * from ferry.data_export_diff(…)"),
    RejectionCase(
        .exportIsDraft, rollBack,
        in: Scene(export: Scene.export(draft: Scene.draft(1, .all))),
        message: "\"Daily\" is a draft: activate it first", hint: "use activate_data_export"),
    RejectionCase(
        .tablesMissing, rollBack, in: second, knowing: first(Scene.tables("a", "gone", "locked")),
        message: "cannot roll back \"Daily\" to version 1: tables missing: public.gone; "
            + "tables not readable: public.locked",
        hint: "create them, grant SELECT on them in database \"crm\", or remove_tables"),
]
