import Values

/// PGP encryption of files.
public struct PGPEncryption: Sendable, Equatable {
    /// The public key, an ASCII-armored block; nil with a ``credential``, and in the settings of a
    /// manifest, which contains only the fingerprint.
    public let publicKey: String?
    /// The name of a credential of kind `pgp` with the public key.
    public let credential: String?
    /// Which subkey: its fingerprint or long id, in upper case. Nil for the only one.
    public let key: String?

    /// The settings of files encrypted for the key with this fingerprint.
    public init(fingerprint: String) {
        publicKey = nil
        credential = nil
        key = fingerprint
    }

    private static func normalised(_ text: String) throws(SettingsError) -> String {
        var digits = text.uppercased().filter { $0 != " " }
        if digits.hasPrefix("0X") { digits.removeFirst(2) }
        let isHexadecimal = digits.utf8.allSatisfy { "0123456789ABCDEF".utf8.contains($0) }
        guard isHexadecimal, [16, 40, 64].contains(digits.utf8.count) else {
            throw .notAllowed(
                setting: "pgp_key", value: String(text.prefix(80)),
                rule: "must be the fingerprint (40 hexadecimal digits) or the long id (16) of a "
                    + "subkey for encryption")
        }
        return digits
    }

    /// Reads `pgp_public_key`, `pgp_credential` and `pgp_key`; nil if there is none.
    init?(_ reader: SettingsReader) throws(SettingsError) {
        publicKey = try reader.string("pgp_public_key")
        credential = try reader.string("pgp_credential")
        let text = try reader.string("pgp_key")
        if publicKey == nil, credential == nil, text == nil { return nil }
        if publicKey != nil, credential != nil {
            throw .wrongType(
                setting: "pgp_credential", expected: "omitted if there is a pgp_public_key",
                actual: "given")
        }
        if let credential, !CredentialName.isValid(credential) {
            throw .notAllowed(
                setting: "pgp_credential", value: "…",
                rule: "must be the name of a credential of the workers: \(CredentialName.rule)")
        }
        key = try text.map(Self.normalised)
    }

    /// - Throws: ``SettingsError`` if a data template names a key but does not contain it.
    func checkOfTemplate() throws(SettingsError) {
        if publicKey == nil, credential == nil {
            throw .missing(
                setting: "pgp_public_key",
                rule: "must contain the key of \"pgp_key\", unless there is a \"pgp_credential\"")
        }
    }
}
