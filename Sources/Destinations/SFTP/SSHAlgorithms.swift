internal import CSSH2

/// The allowed algorithms of an SSH connection, in order of preference: no SHA-1 in key exchange
/// and host keys, no CBC mode, no RC4 or 3DES, no MAC of MD5 or SHA-1.
enum SSHAlgorithms {
    /// By libssh2's kind of method.
    static let all: [(Int32, String)] = [
        (LIBSSH2_METHOD_KEX, keyExchanges.joined(separator: ",")),
        (LIBSSH2_METHOD_CRYPT_CS, ciphers.joined(separator: ",")),
        (LIBSSH2_METHOD_CRYPT_SC, ciphers.joined(separator: ",")),
        (LIBSSH2_METHOD_MAC_CS, macs.joined(separator: ",")),
        (LIBSSH2_METHOD_MAC_SC, macs.joined(separator: ",")),
    ]

    private static let keyExchanges = [
        "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256",
        "diffie-hellman-group-exchange-sha256",
        // Not key exchanges, but sent in their place: RSA keys may log in with SHA-2, and messages
        // injected before encryption starts end the connection.
        "ext-info-c", "kex-strict-c-v00@openssh.com",
    ]
    private static let ciphers = [
        "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com",
        "aes256-ctr", "aes192-ctr", "aes128-ctr",
    ]
    private static let macs = [
        "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256",
        "hmac-sha2-512",
    ]
}
