import Credentials
import Destinations
import Formats

/// Where the files of a task are written: as single files, or one after another into an archive.
struct FilePlace {
    private let destination: any DestinationAdapter
    private let delivery: StagedDelivery
    private let settings: DataTemplateSettings
    /// The key that they are encrypted for.
    private let keyring: PGPKeyring?
    private let archive: ArchiveFile?
    /// Counts the written bytes and limits their rate.
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

    /// The fingerprint of the key that each file is encrypted for; nil if files are not encrypted
    /// individually.
    var pgpKey: String? { archive == nil ? keyring?.fingerprint : nil }

    /// Nil for files in an archive.
    var progress: TransferProgress? { archive == nil ? taskProgress : nil }

    func open(_ file: StagedFile) async throws -> any StagedFileWriter {
        if let archive { return try archive.begin(file.name) }
        return try await destination.stage(delivery, file)
    }

    /// The stages of a file after encoding.
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

    /// Removes the partial archive.
    func abandon() async { await archive?.abandon() }
}
