/// For whom files are encrypted with PGP.
public struct PGPEncryption: Sendable, Equatable {
    /// The public key: an ASCII-armored block, or a reference to one (`file:/path`, `env:NAME`).
    /// Nil in the settings of a manifest, which names the key alone.
    public let publicKey: String?
    /// Which subkey: its fingerprint or long id, in upper case. Nil for the one that is there.
    public let key: String?

    /// What was encrypted for the key with this fingerprint.
    public init(fingerprint: String) {
        publicKey = nil
        key = fingerprint
    }

    /// - Throws: ``SettingsError`` when there is a key's name without a key, or one that is none.
    init(publicKey: String?, key: String?) throws(SettingsError) {
        self.publicKey = publicKey
        self.key = try key.map(Self.normalised)
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

    /// Reads `pgp_public_key` and `pgp_key`; nil when neither is there.
    init?(_ reader: SettingsReader) throws(SettingsError) {
        let publicKey = try reader.string("pgp_public_key")
        let key = try reader.string("pgp_key")
        if publicKey == nil, key == nil { return nil }
        try self.init(publicKey: publicKey, key: key)
    }

    /// - Throws: ``SettingsError`` where a data template names a key and does not hold it.
    func checkOfTemplate() throws(SettingsError) {
        if publicKey == nil {
            throw .missing(
                setting: "pgp_public_key",
                rule: "must hold the key that \"pgp_key\" names, or be file:/path or env:NAME")
        }
    }
}
