internal import Foundation

/// What the text of a private key says of it.
enum SSHPrivateKey {
    /// How keys of RSA are called in PKCS #8: 1.2.840.113549.1.1.1.
    private static let identifier: [UInt8] = [
        0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01,
    ]

    /// Whether a key is known to be one of RSA. Of a key in PKCS #8 that is encrypted, it is not
    /// known.
    static func isRSA(_ text: String) -> Bool {
        if text.contains("-----BEGIN RSA PRIVATE KEY-----") { return true }
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
        guard let key = Data(base64Encoded: lines.joined()) else { return false }
        if text.contains("-----BEGIN OPENSSH PRIVATE KEY-----") {
            // The public part is in the clear.
            return key.range(of: Data("ssh-rsa".utf8)) != nil
        }
        return key.prefix(64).range(of: Data(identifier)) != nil
    }
}
