internal import Foundation

/// Properties of a private key's text.
enum SSHPrivateKey {
    /// The OID of RSA keys in PKCS #8: 1.2.840.113549.1.1.1.
    private static let identifier: [UInt8] = [
        0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01,
    ]

    /// Whether a key is known to be an RSA key. Unknown for an encrypted key in PKCS #8.
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
