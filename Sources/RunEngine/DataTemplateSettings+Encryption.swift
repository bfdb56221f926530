import Credentials
import Formats

extension DataTemplateSettings {
    /// The key that files are encrypted with; nil when they are not.
    ///
    /// - Throws: `PGPError`, `CredentialUnavailable` if it cannot be used on this worker now.
    func openKeyring(of credentials: WorkerCredentials) async throws -> PGPKeyring? {
        guard let encryption else { return nil }
        var text = encryption.publicKey ?? ""
        if let credential = encryption.credential { text = try await credentials.pgp(credential) }
        return try await PGPKeyring.open(text, key: encryption.key)
    }

    /// Replaces the key by its fingerprint, as in manifests.
    ///
    /// - Throws: `PGPError.changed` if a file was encrypted for another key: a credential may
    ///   change between two tasks.
    mutating func name(_ key: String?, of status: RunStatus) throws(PGPError) {
        guard let key else { return }
        let files = status.archive.map { [$0.file] } ?? status.reads.flatMap(\.files)
        for file in files where file.pgpKey != key {
            throw .changed(from: key, to: file.pgpKey ?? "none")
        }
        encryption = PGPEncryption(fingerprint: key)
    }
}
