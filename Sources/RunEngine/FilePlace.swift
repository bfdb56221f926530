import Destinations
import Formats

/// Where the files of a task are written, and what they go through once they are encoded.
struct FilePlace {
    let destination: any Destination
    let delivery: StagedDelivery
    /// The key for whose owner they are encrypted.
    let keyring: PGPKeyring?
    /// Counts what is written, and says how fast it may be.
    let progress: TransferProgress

    func open(_ file: StagedFile) async throws -> any StagedFileWriter {
        try await destination.stage(delivery, file)
    }

    /// Of one file.
    func stages(_ settings: DataTemplateSettings) throws -> [any FileStage] {
        let compressor = try settings.fileCompression.makeCompressor()
        return [compressor, try keyring?.makeEncryptor()].compactMap { $0 }
    }
}
