public import Values

/// Why files cannot be encrypted. Each description names the key, the rule and a hint, and contains
/// only the key's fingerprint.
public enum PGPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The worker has no program `gpg`.
    case programMissing
    /// The text is or contains a secret key.
    case secretKey
    /// There is no key in the text.
    case noKey
    /// There are several keys, and none was selected. Their fingerprints.
    case severalKeys([String])
    /// The selected key is not in the text. The fingerprints of the existing subkeys.
    case unknownKey(String, subkeys: [String])
    /// More than one key has the selected id.
    case ambiguousKey(String)
    /// The selected key is a primary key. The usable subkeys.
    case primaryKey(String, subkeys: [String])
    /// Only the primary key of this key can encrypt.
    case onlyPrimaryKey(String)
    /// The selected key, or the whole key, is not for encryption.
    case notForEncryption(String)
    /// `when` is a date.
    case expired(String, when: String)
    case revoked(String)
    /// The key is damaged, disabled, or of a kind that gpg does not support.
    case unusable(String)
    /// The key in the text differs from the one that the run started with.
    case changed(from: String, to: String)
    /// gpg failed.
    case failed(reason: String)

    /// A stable name for programs.
    public var code: String {
        switch self {
        case .programMissing, .failed, .changed: "encryption_failed"
        default: "encryption_key_refused"
        }
    }

    /// The origin of the error.
    public var origin: ErrorOrigin {
        switch self {
        case .programMissing, .failed, .changed: .internal
        default: .configuration
        }
    }

    /// Whether it is transient.
    public var isTransient: Bool {
        switch self {
        case .changed: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .programMissing:
            "this worker has no program \"gpg\", which encrypts the files: install GnuPG on the "
                + "workers"
        case .secretKey:
            "the given PGP public key contains a SECRET key, which must never be shared: consider "
                + "it compromised and revoke it, then give the public key (gpg --armor --export) "
                + "of a new one"
        case .noKey:
            "the given PGP public key contains no key: give the whole block from \"-----BEGIN PGP "
                + "PUBLIC KEY BLOCK-----\" to its end"
        case .severalKeys(let keys):
            "the given PGP public key contains several keys (\(keys.joined(separator: ", "))): "
                + "choose one by naming its subkey for encryption in the setting \"pgp_key\""
        case .unknownKey(let key, let subkeys):
            "the given PGP public key contains no key \(key): " + Self.choice(of: subkeys)
        case .ambiguousKey(let key):
            "the given PGP public key contains several keys with the id \(key): give the "
                + "fingerprint of one"
        case .primaryKey(let key, let subkeys):
            "PGP key \(key) is a primary key, but files are encrypted only for subkeys: "
                + Self.choice(of: subkeys)
        case .onlyPrimaryKey(let key):
            "PGP key \(key) has no subkey for encryption, and files are not encrypted for primary "
                + "keys: ask its owner to add a subkey (gpg --quick-add-key)"
        case .notForEncryption(let key):
            "PGP key \(key) is not for encryption: give a key with a subkey that is"
        case .expired(let key, let when):
            "PGP key \(key) expired on \(when): ask its owner for one that is valid"
        case .revoked(let key):
            "PGP key \(key) was revoked: ask its owner for a new one"
        case .unusable(let key):
            "PGP key \(key) cannot be used: ask its owner for a valid one"
        case .changed(let old, let new):
            "the PGP key changed from \(old) to \(new) during the run: all files of a run are "
                + "encrypted for one key"
        case .failed(let reason):
            "gpg could not encrypt: \(shown(reason))"
        }
    }

    private static func choice(of subkeys: [String]) -> String {
        subkeys.isEmpty
            ? "it contains no subkey for encryption; ask its owner to add one (gpg --quick-add-key)"
            : "its subkeys for encryption are \(subkeys.joined(separator: ", ")); name one of "
                + "them in the setting \"pgp_key\""
    }
}
