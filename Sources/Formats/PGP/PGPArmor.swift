internal import Foundation

/// ASCII armor of OpenPGP (RFC 9580, section 6.2).
///
/// Ferry decodes it itself: gpg before 2.4 fails on blocks without a checksum, which the standard
/// made optional and which newer programs omit.
enum PGPArmor {
    /// The bytes of all blocks of public keys in a text, one after the other.
    ///
    /// Only the first line and the packets of a block count, not other text such as comments.
    /// Checksums are ignored, as the standard requires.
    ///
    /// - Throws: ``PGPError/secretKey`` if there is a block or a packet of secret keys;
    ///   ``PGPError/noKey`` if there is no complete block of public keys.
    static func publicKeys(in text: String) throws(PGPError) -> [UInt8] {
        var bytes: [UInt8] = []
        var body: String?
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let line = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)
                .trimmingCharacters(in: .newlines)
            if let kind = kind(of: line, "BEGIN") {
                if kind.contains("PRIVATE KEY") || kind.contains("SECRET KEY") { throw .secretKey }
                body = kind == "PUBLIC KEY BLOCK" ? "" : nil
            } else if kind(of: line, "END") != nil {
                if let body { bytes += try decoded(body) }
                body = nil
            } else if !line.contains(":") && !isChecksum(line) {
                // Lines with a colon are headers: `Comment: …`.
                body?.append(line)
            }
        }
        if bytes.isEmpty { throw .noKey }
        if holdsSecretKey(bytes) { throw .secretKey }
        return bytes
    }

    /// The text after `-----BEGIN PGP `; nil for any other line.
    private static func kind(of line: String, _ word: String) -> String? {
        let start = "-----\(word) PGP "
        guard line.hasPrefix(start), line.hasSuffix("-----") else { return nil }
        return String(line.dropFirst(start.count).dropLast(5))
    }

    private static func isChecksum(_ line: String) -> Bool {
        line.hasPrefix("=") && line.utf8.count == 5
    }

    private static func decoded(_ body: String) throws(PGPError) -> [UInt8] {
        guard let data = Data(base64Encoded: body) else { throw .noKey }
        return Array(data)
    }

    /// Whether one of the packets is a secret key or subkey.
    private static func holdsSecretKey(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while let (type, length) = takeHeader(&rest) {
            if type == 5 || type == 7 { return true }
            guard let length, length <= rest.count else { return false }
            rest = rest.dropFirst(length)
        }
        return false
    }

    /// The type of a packet, and its length if it has one; nil for anything else.
    private static func takeHeader(_ rest: inout ArraySlice<UInt8>) -> (type: UInt8, length: Int?)?
    {
        guard let first = rest.popFirst(), first & 0x80 != 0 else { return nil }
        if first & 0x40 == 0 {
            // The old form: the number of bytes of the length is 1, 2, 4 or none.
            let bytes = first & 3
            return (first >> 2 & 15, bytes == 3 ? nil : takeNumber(&rest, bytes: 1 << bytes))
        }
        let type = first & 0x3F
        guard let length = rest.popFirst() else { return (type, nil) }
        switch length {
        case 0..<192: return (type, Int(length))
        case 192..<224:
            return (type, takeNumber(&rest, bytes: 1).map { ((Int(length) - 192) << 8) + $0 + 192 })
        case 255: return (type, takeNumber(&rest, bytes: 4))
        default: return (type, nil)
        }
    }

    private static func takeNumber(_ rest: inout ArraySlice<UInt8>, bytes: Int) -> Int? {
        guard rest.count >= bytes else { return nil }
        defer { rest = rest.dropFirst(bytes) }
        return rest.prefix(bytes).reduce(0) { $0 << 8 | Int($1) }
    }
}
