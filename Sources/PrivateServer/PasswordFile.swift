import Foundation

/// The password of all roles of a private server, in a file that libpq reads (`passfile`).
struct PasswordFile: Sendable {
    let path: String
    let password: String

    /// Reads the password from the directory, or creates one.
    init(in directory: String) {
        path = directory + "/passwords"
        let line = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        if line.hasPrefix(Self.everywhere) {
            password = String(line.dropFirst(Self.everywhere.count).prefix { $0 != "\n" })
        } else {
            // 32 hexadecimal digits are 128 bits.
            password = (0..<32).map { _ in String(UInt8.random(in: 0..<16), radix: 16) }.joined()
        }
    }

    /// Writes the file, readable only for the user and root.
    ///
    /// - Throws: ``PrivateServerError``.
    func write(for user: ServerUser) throws {
        try Self.write(Self.everywhere + password, to: path, for: user)
    }

    /// Runs a body with the path of a file that contains only the password, as `initdb` reads it.
    func withPlainFile(for user: ServerUser, _ body: (String) async throws -> Void) async throws {
        let plain = path + ".plain"
        defer { try? FileManager.default.removeItem(atPath: plain) }
        try Self.write(password, to: plain, for: user)
        try await body(plain)
    }

    /// Any host, port, database and user.
    private static let everywhere = "*:*:*:*:"

    private static func write(_ text: String, to path: String, for user: ServerUser) throws {
        let isWritten = FileManager.default.createFile(
            atPath: path, contents: Data((text + "\n").utf8),
            attributes: [.posixPermissions: 0o600])
        guard isWritten else { throw PrivateServerError.directory("cannot write \(path)") }
        try user.own(path)
    }
}
