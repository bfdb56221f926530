internal import Foundation

/// A key in a temporary keyring.
///
/// gpg runs in a private temporary folder, without other configuration, agents or prompts.
public final class PGPKeyring: Sendable {
    /// The fingerprint of the subkey that files are encrypted for.
    public let fingerprint: String
    let home: GPGHome

    /// Looks up the key and checks that it can be used now. Blocks for some hundredths of a second.
    ///
    /// - Parameters:
    ///   - text: An ASCII-armored block, with or without a checksum.
    ///   - key: Which subkey; nil for the only one. See ``PGPEncryption/key``.
    /// - Throws: ``PGPError``
    public init(_ text: String, key: String?) throws(PGPError) {
        // Secret keys are not passed to gpg, which would ask for a passphrase.
        let keys = try PGPArmor.publicKeys(in: text)
        home = try GPGHome()
        let imported = try home.run(
            ["--status-fd", "1", "--import-options", "import-minimal", "--import"],
            input: keys)
        if Self.secretKeysRead(in: imported.output) > 0 { throw .secretKey }
        let listed = try home.run(["--with-colons", "--fixed-list-mode", "--list-keys"], input: [])
        fingerprint = try PGPKeyList(listed.output).subkey(key)
    }

    /// Opens a keyring on a thread that may block; see ``init(_:key:)``.
    ///
    /// - Throws: ``PGPError``
    public static func open(_ text: String, key: String?) async throws -> PGPKeyring {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try PGPKeyring(text, key: key) })
            }
        }
    }

    /// The step that encrypts one file.
    ///
    /// - Throws: ``PGPError``
    public func makeEncryptor() throws(PGPError) -> any FileStage { try PGPEncryptor(self) }

    /// The tenth number of gpg's summary of an import.
    private static func secretKeysRead(in status: String) -> Int {
        for line in status.split(separator: "\n") where line.contains("IMPORT_RES ") {
            let numbers = line.split(separator: " ").dropFirst(2).compactMap { Int($0) }
            if numbers.count > 9 { return numbers[9] }
        }
        return 0
    }
}

/// Encrypts one file: the output differs each time, because each file has a new session key.
final class PGPEncryptor: FileStage {
    private let keyring: PGPKeyring
    private let program: GPGProcess

    init(_ keyring: PGPKeyring) throws(PGPError) {
        self.keyring = keyring
        // Compression happens before, if configured. The exclamation mark selects exactly this
        // subkey.
        program = try keyring.home.start([
            "--compress-algo", "none", "--trust-model", "always", "--no-encrypt-to",
            "--recipient", keyring.fingerprint + "!", "--output", "-", "--encrypt",
        ])
    }

    func process(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try program.send(bytes, into: output)
    }

    func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws {
        try program.finish(into: output)
    }
}
