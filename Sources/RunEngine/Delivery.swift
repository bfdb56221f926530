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
            files: named(tasks, settings).map { task, file, name in
                Manifest.File(
                    name: name, table: TableName(schema: task.schema, name: task.table),
                    rows: file.rows, bytes: file.bytes, sha256: file.sha256,
                    columns: task.columns.map {
                        Manifest.Column(name: $0.name, type: $0.type, nullable: $0.nullable)
                    })
            })
    }

    /// The files of all tasks under their names in the delivery. Those of a table that is split are
    /// numbered through, whatever parts it was read in.
    private static func named(
        _ tasks: [RunStanding.FinishedTask], _ settings: DataTemplateSettings
    ) -> [(RunStanding.FinishedTask, FileSeries.Staged, String)] {
        var counts: [String: Int] = [:]
        return tasks.flatMap { task in
            task.files.map { file in
                let number = counts[task.file, default: 0] + 1
                counts[task.file] = number
                return (task, file, settings.numbered(task.file, number))
            }
        }
    }

    static func publication(
        of run: ClaimedRun, token: Int64, manifest: [UInt8], _ settings: DataTemplateSettings,
        _ tasks: [RunStanding.FinishedTask]
    ) -> Publication {
        Publication(
            run: run.id, token: token,
            folder: FileName.sanitised(run.dataExportName) + "/run-\(run.id)",
            files: named(tasks, settings).map { task, file, name in
                Publication.File(name: name, stagedToken: task.token, stagedName: file.name)
            },
            manifest: manifest)
    }
}

extension TaskOffer {
    /// The pages of a part: 128 MiB of a table with pages of the usual 8 KiB.
    static let pagesPerPart: Int64 = 16_384

    /// One task a table; where it is split into files, one for each part of it.
    ///
    /// Parts depend on the size that the table has when the snapshot is taken, not on who reads.
    ///
    /// - Throws: `FileNameError` when two tables would write one file, `SettingsError` when a table
    ///   cannot be written with these settings.
    static func offers(
        for tables: [SourceTable], _ settings: DataTemplateSettings
    ) throws -> [TaskOffer] {
        for table in tables { try settings.check(table.columns, of: table.name) }
        let names = try settings.fileNames(for: tables.map(\.name))
        var offers: [TaskOffer] = []
        for (table, file) in zip(tables, names) {
            let casts = settings.reading(of: table.columns).casts
            let parts =
                settings.split == nil ? [nil] : table.parts(pagesAtMost: pagesPerPart)
            for (index, pages) in parts.enumerated() {
                offers.append(
                    TaskOffer(
                        number: offers.count + 1, schema: table.name.schema,
                        table: table.name.name, part: index + 1, parts: parts.count, file: file,
                        source: table.copySource(casts: casts, pages: pages),
                        columns: table.columns,
                        rowsEstimated: table.rowsEstimated / Int64(parts.count)))
            }
        }
        return offers
    }
}
