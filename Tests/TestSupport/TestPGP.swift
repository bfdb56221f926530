import Foundation

/// A gpg with its own keys: that of a receiver of encrypted files.
public final class TestPGP: Sendable {
    private let home: String

    /// Short, because it contains its agent's socket.
    public init() throws {
        home = "/tmp/ferry-pgp-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700]
        )
    }

    deinit {
        _ = try? run("gpgconf", ["--homedir", home, "--kill", "all"])
        try? FileManager.default.removeItem(atPath: home)
    }

    /// Makes a primary key, and a subkey for each further use.
    ///
    /// - Parameters:
    ///   - primary: What the primary key is for: `cert`, `cert,encr`.
    ///   - subkeys: The algorithm, the use and the expiry of each: `cv25519 encr never`.
    ///   - year: When they are made.
    ///   - name: The owner of the keys; unique by default.
    /// - Returns: The fingerprints, the primary key's first.
    public func makeKey(
        _ algorithm: String = "ed25519", for primary: String = "cert", subkeys: [String] = [],
        year: Int? = nil, expiry: String = "never", name: String? = nil
    ) throws -> [String] {
        let name = name ?? UUID().uuidString
        let time = year.map { ["--faked-system-time", "\($0)0101T000000!"] } ?? []
        try gpg(time + ["--quick-gen-key", name, algorithm, primary, expiry])
        let made = try fingerprints(of: name)[0]
        for (number, subkey) in subkeys.enumerated() {
            // One after the other also by their times, which have seconds.
            let time = year.map { ["--faked-system-time", "\($0)010\(number + 2)T000000!"] } ?? []
            try gpg(
                time + ["--quick-add-key", made] + subkey.split(separator: " ").map(String.init))
        }
        return try fingerprints(of: name)
    }

    private func fingerprints(of key: String) throws -> [String] {
        try text(["--with-colons", "--list-keys", key]).split(separator: "\n")
            .filter { $0.hasPrefix("fpr:") }
            .map { String($0.split(separator: ":", omittingEmptySubsequences: false)[9]) }
    }

    /// The armored block of these keys, or of all.
    public func export(_ keys: [String] = []) throws -> String {
        try text(["--armor", "--export"] + keys)
    }

    public func exportSecret(_ key: String) throws -> String {
        try text(["--armor", "--export-secret-keys", key])
    }

    /// Revokes a primary key by the certificate that was made with it.
    public func revoke(_ key: String) throws {
        let path = home + "/openpgp-revocs.d/\(key).rev"
        let certificate = try String(contentsOfFile: path, encoding: .utf8)
            .replacing(":-----BEGIN", with: "-----BEGIN")
        try Data(certificate.utf8).write(to: URL(filePath: path))
        try gpg(["--import", path])
    }

    public func decrypt(_ bytes: [UInt8]) throws -> [UInt8] {
        let (input, output) = (home + "/in", home + "/out")
        defer { for path in [input, output] { try? FileManager.default.removeItem(atPath: path) } }
        try Data(bytes).write(to: URL(filePath: input))
        try gpg(["--output", output, "--decrypt", input])
        return [UInt8](try Data(contentsOf: URL(filePath: output)))
    }

    @discardableResult
    private func gpg(_ arguments: [String]) throws -> Data {
        try run(
            "gpg",
            [
                "--homedir", home, "--batch", "--no-tty", "--quiet", "--trust-model", "always",
                "--pinentry-mode", "loopback", "--passphrase", "",
            ] + arguments)
    }

    private func text(_ arguments: [String]) throws -> String {
        String(decoding: try gpg(arguments), as: UTF8.self)
    }

    private func run(_ program: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let (output, errors) = (Pipe(), home + "/errors")
        try Data().write(to: URL(filePath: errors))
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(reason: try String(contentsOfFile: errors, encoding: .utf8))
        }
        return bytes
    }

    public struct Failed: Error {
        public let reason: String
    }
}
