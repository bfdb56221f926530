import Destinations
import Formats
import Lifecycle
import Manifests
import SourceDatabases

/// What a run delivers: its manifest, and what is to be published with it.
enum Delivery {
    static func manifest(
        of run: ClaimedRun, _ snapshot: SourceSnapshot, _ settings: DataTemplateSettings,
        _ tasks: [RunStanding.FinishedTask]
    ) throws -> Manifest {
        guard let takenAt = Instant(snapshot.takenAt), let startedAt = Instant(run.startedAt) else {
            throw RunTrouble(
                code: "internal", message: "a time of run \(run.id) cannot be read",
                hint: "this is a fault of Ferry: please report it", isTransient: false)
        }
        return try Manifest(
            export: Manifest.Export(
                id: run.dataExportID, name: run.dataExportName,
                version: Int64(run.dataExportVersion)),
            run: run.id, environment: run.environment, database: run.inputs.database.name,
            snapshot: Manifest.Snapshot(id: snapshot.id, takenAt: takenAt),
            startedAt: startedAt, format: settings,
            files: tasks.map { task in
                Manifest.File(
                    name: task.file,
                    table: TableName(schema: task.schema, name: task.table),
                    rows: task.rows, bytes: task.bytes, sha256: task.sha256,
                    columns: task.columns.map {
                        Manifest.Column(name: $0.name, type: $0.type, nullable: $0.nullable)
                    })
            })
    }

    static func publication(
        of run: ClaimedRun, token: Int64, manifest: [UInt8], _ tasks: [RunStanding.FinishedTask]
    ) -> Publication {
        Publication(
            run: run.id, token: token,
            folder: FileName.sanitised(run.dataExportName) + "/run-\(run.id)",
            files: tasks.map { Publication.File(name: $0.file, stagedToken: $0.token) },
            manifest: manifest)
    }
}

extension TaskOffer {
    /// One task a table.
    ///
    /// - Throws: `FileNameError` when two tables would write one file, `SettingsError` when a table
    ///   cannot be written with these settings.
    static func offers(
        for tables: [SourceTable], _ settings: DataTemplateSettings
    ) throws -> [TaskOffer] {
        for table in tables { try settings.check(table.columns, of: table.name) }
        let names = try settings.fileNames(for: tables.map(\.name))
        return zip(tables, names).enumerated().map { index, pair in
            let (table, file) = pair
            return TaskOffer(
                number: index + 1, schema: table.name.schema, table: table.name.name, file: file,
                source: table.copySource(casts: settings.reading(of: table.columns).casts),
                columns: table.columns, rowsEstimated: table.rowsEstimated)
        }
    }
}
