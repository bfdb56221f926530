import Credentials
import Destinations
import Formats

/// Where the files of a task are written: each by itself, or one after another into an archive.
struct FilePlace {
    private let destination: any DestinationAdapter
    private let delivery: StagedDelivery
    private let settings: DataTemplateSettings
    /// The key for whose owner they are encrypted.
    private let keyring: PGPKeyring?
    private let archive: ArchiveFile?
    /// Counts what is written, and says how fast it may be.
    private let taskProgress: TransferProgress

    init(
        of task: ClaimedTask, _ destination: any DestinationAdapter,
        _ settings: DataTemplateSettings,
        _ progress: TransferProgress, _ credentials: WorkerCredentials
    ) async throws {
        self.destination = destination
        self.settings = settings
        taskProgress = progress
        delivery = StagedDelivery(run: task.run, token: task.token)
        keyring = try await settings.openKeyring(of: credentials)
        if let format = settings.archive {
            let stages = try [
                settings.archiveCompression.makeCompressor(), keyring?.makeEncryptor(),
            ].compactMap { $0 }
            let values = FileNameTemplate.Values(
                export: task.export, run: task.run, now: task.snapshotTime)
            let file = StagedFile(
                try settings.archiveName(values, ending: settings.archiveExtension))
            archive = ArchiveFile(
                file.name,
                format.makeWriter(
                    modified: task.snapshotTime / 1_000_000, zip64: settings.zip64),
                FileSink(
                    try await destination.stage(delivery, file), through: stages,
                    progress: progress))
        } else {
            archive = nil
        }
    }

    /// The fingerprint of the key that each file is encrypted for; nil where none is by itself.
    var pgpKey: String? { archive == nil ? keyring?.fingerprint : nil }

    /// Nil where a file is not written to the destination by itself, but into an archive.
    var progress: TransferProgress? { archive == nil ? taskProgress : nil }

    func open(_ file: StagedFile) async throws -> any StagedFileWriter {
        if let archive { return try archive.begin(file.name) }
        return try await destination.stage(delivery, file)
    }

    /// What a file goes through once it is encoded.
    func stages() throws -> [any FileStage] {
        if archive != nil { return [] }
        let compressor = try settings.fileCompression.makeCompressor()
        return [compressor, try keyring?.makeEncryptor()].compactMap { $0 }
    }

    /// Ends the archive, if there is one, and makes it durable.
    func finish(_ reads: [StagedRead]) async throws -> StagedTask {
        let rows = reads.flatMap(\.files).reduce(0) { $0 + $1.rows }
        return StagedTask(
            reads: reads,
            archive: try await archive?.finish(rows: rows, pgpKey: keyring?.fingerprint))
    }

    /// Removes what was written of the archive.
    func abandon() async { await archive?.abandon() }
}
