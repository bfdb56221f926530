internal import Foundation

/// The keys of a keyring, as listed by gpg, and the selected subkey.
struct PGPKeyList {
    private struct Key {
        /// `r` revoked, `e` expired, `i` invalid, `d` disabled; others are good.
        let validity: Substring
        let created: Int64
        let expires: String
        /// In lower case the key's own capabilities, `e` for encryption.
        let capabilities: Substring
        var fingerprint = ""
        /// The position of its primary key; its own when it is one.
        let primary: Int

        var canEncrypt: Bool { capabilities.contains("e") }
    }

    private var keys: [Key] = []

    /// - Parameter listing: The output of `gpg --with-colons --list-keys`.
    init(_ listing: String) {
        for line in listing.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 11 || (fields[0] == "fpr" && fields.count > 9) else { continue }
            switch fields[0] {
            case "pub": add(fields, primary: keys.count)
            case "sub": add(fields, primary: keys.last?.primary ?? keys.count)
            case "fpr" where keys.last?.fingerprint == "":
                keys[keys.count - 1].fingerprint = String(fields[9])
            default: break
            }
        }
    }

    private mutating func add(_ fields: [Substring], primary: Int) {
        let expires = Double(fields[6]).map {
            String(Date(timeIntervalSince1970: $0).formatted(.iso8601).prefix(10))
        }
        keys.append(
            Key(
                validity: fields[1], created: Int64(fields[5]) ?? 0, expires: expires ?? "",
                capabilities: fields[11], primary: primary))
    }

    private func isPrimary(_ index: Int) -> Bool { keys[index].primary == index }

    private var primaries: [Int] { keys.indices.filter(isPrimary) }

    /// The subkeys for encryption, newest first, including unusable ones.
    private func subkeys(of primary: Int? = nil) -> [Int] {
        keys.indices
            .filter { !isPrimary($0) && keys[$0].canEncrypt }
            .filter { primary == nil || keys[$0].primary == primary }
            .sorted { keys[$0].created > keys[$1].created }
    }

    private func fingerprints(_ indices: [Int]) -> [String] { indices.map { keys[$0].fingerprint } }

    /// The fingerprint of the subkey that files are encrypted for: the selected one, or the newest
    /// of the only usable key.
    ///
    /// - Parameter wanted: A fingerprint or long id in upper case.
    func subkey(_ wanted: String?) throws(PGPError) -> String {
        guard !keys.isEmpty else { throw .noKey }
        if let wanted { return try chosen(wanted) }
        guard primaries.count == 1, let primary = primaries.first else {
            throw .severalKeys(fingerprints(primaries))
        }
        try check(primary)
        let candidates = subkeys(of: primary)
        guard let newest = candidates.first else {
            throw keys[primary].canEncrypt
                ? .onlyPrimaryKey(keys[primary].fingerprint)
                : .notForEncryption(keys[primary].fingerprint)
        }
        for candidate in candidates where isUsable(candidate) {
            return keys[candidate].fingerprint
        }
        try check(newest)
        throw .unusable(keys[newest].fingerprint)
    }

    private func chosen(_ wanted: String) throws(PGPError) -> String {
        let matching = keys.indices.filter {
            keys[$0].fingerprint == wanted
                || wanted.count == 16 && keys[$0].fingerprint.hasSuffix(wanted)
        }
        guard let index = matching.first else {
            throw .unknownKey(wanted, subkeys: fingerprints(subkeys()))
        }
        guard matching.count == 1 else { throw .ambiguousKey(wanted) }
        let key = keys[index]
        guard !isPrimary(index) else {
            throw .primaryKey(key.fingerprint, subkeys: fingerprints(subkeys(of: index)))
        }
        guard key.canEncrypt else { throw .notForEncryption(key.fingerprint) }
        try check(key.primary)
        try check(index)
        return key.fingerprint
    }

    private func isUsable(_ index: Int) -> Bool {
        (try? check(index)) != nil
    }

    private func check(_ index: Int) throws(PGPError) {
        let key = keys[index]
        switch key.validity {
        case "r": throw .revoked(key.fingerprint)
        case "e": throw .expired(key.fingerprint, when: key.expires)
        case "i", "d": throw .unusable(key.fingerprint)
        default: break
        }
        if key.capabilities.contains("D") { throw .unusable(key.fingerprint) }
    }
}
