import Destinations
import Formats
import Lifecycle
import Manifests
import SourceDatabases
import Values

/// The delivery of a run: its manifest, and the files to publish with it.
enum Delivery {
    static func manifest(
        of run: ClaimedRun, _ snapshot: SourceSnapshot, _ settings: DataTemplateSettings,
        _ status: RunStatus, _ warnings: [Manifest.Warning]
    ) throws -> Manifest {
        try Manifest(
            export: Manifest.Export(
                id: run.dataExportID, name: run.dataExportName,
                version: Int64(run.dataExportVersion)),
            run: run.id, environment: run.environment, database: run.inputs.database.name,
            snapshot: Manifest.Snapshot(id: snapshot.id, takenAt: time(snapshot.takenAt)),
            startedAt: time(run.startedAt), format: settings,
            files: files(status, settings), warnings: warnings,
            skippedTables: run.inputs.skippedTables ?? [])
    }

    private static func files(
        _ status: RunStatus, _ settings: DataTemplateSettings
    ) -> [Manifest.File] {
        let files = named(status.reads, settings).map { read, file, name in
            Manifest.File(
                name: name, table: TableName(schema: read.schema, name: read.table),
                rows: file.rows, bytes: file.bytes, sha256: file.sha256,
                columns: read.columns.map {
                    Manifest.Column(
                        name: $0.name, type: $0.type, nullable: $0.nullable, masked: $0.masked)
                })
        }
        guard let archive = status.archive?.file else { return files }
        return [
            Manifest.File(
                archive: archive.name, bytes: archive.bytes, sha256: archive.sha256,
                members: files)
        ]
    }

    /// The values of placeholders in file names.
    ///
    /// - Parameter run: Nil if there is none yet.
    static func nameValues(
        export: String, run: Int64?, _ snapshot: SourceSnapshot
    ) throws -> FileNameTemplate.Values {
        FileNameTemplate.Values(
            export: export, run: run, now: try time(snapshot.takenAt).microsecondsSince1970)
    }

    private static func time(_ text: String) throws -> Instant {
        guard let time = Instant(text) else {
            throw RunError(
                code: "internal", origin: .internal, message: "the time \(text) cannot be read",
                hint: "this is a bug in Ferry: report it", isTransient: false)
        }
        return time
    }

    /// The files of all reads under their names in the delivery. The files of a split table are
    /// numbered consecutively, whatever parts it was read in.
    private static func named(
        _ reads: [RunStatus.FinishedRead], _ settings: DataTemplateSettings
    ) -> [(RunStatus.FinishedRead, FinishedFile, String)] {
        var counts: [String: Int] = [:]
        return reads.flatMap { read in
            read.files.map { file in
                let number = counts[read.file, default: 0] + 1
                counts[read.file] = number
                return (read, file, settings.numbered(read.file, number))
            }
        }
    }

    static func publication(
        of run: ClaimedRun, token: Int64, manifest: [UInt8], _ settings: DataTemplateSettings,
        _ status: RunStatus
    ) -> Publication {
        var files = named(status.reads, settings).map { read, file, name in
            Publication.File(name: name, stagedToken: read.token, stagedName: file.name)
        }
        if let archive = status.archive {
            files = [
                Publication.File(
                    name: archive.file.name, stagedToken: archive.token,
                    stagedName: archive.file.name)
            ]
        }
        return Publication(
            run: run.id, token: token, folder: folder(of: run.id, run.dataExportName),
            files: files, manifest: manifest)
    }

    /// The parts that are needed to find it.
    static func publication(of delivery: DecidedDelivery) throws -> Publication {
        let bytes = Array(delivery.manifest.utf8)
        let files = try Manifest(decoding: bytes).files.map {
            Publication.File(name: $0.name, stagedToken: 0)
        }
        return Publication(
            run: delivery.run, token: 0, folder: folder(of: delivery.run, delivery.dataExportName),
            files: files, manifest: bytes)
    }

    private static func folder(of run: Int64, _ export: String) -> String {
        FileName.ofFolder(export) + "/run-\(run)"
    }
}
