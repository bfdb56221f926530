import Foundation
import Processes

extension PrivateServer {
    /// Starts a hot standby of a server: a read-only copy that follows it.
    ///
    /// - Parameters:
    ///   - primary: A server with `wal_level` replica and a free `max_wal_senders`.
    ///   - settings: Server settings that override those of the primary.
    /// - Throws: ``PrivateServerError``.
    public static func startStandby(
        of primary: PrivateServer, settings: [String: String] = [:]
    ) async throws -> PrivateServer {
        let user = try ServerUser.choose()
        let standby = PrivateServer(
            primary.installation, user, directory: try temporaryDirectory(user),
            isTemporary: true, host: try temporaryDirectory(user), port: try freePort(),
            settings: primary.settings.merging(settings) { $1 })
        do {
            try standby.prepareDirectory()
            try await standby.copyData(of: primary)
            try await standby.launch()
        } catch {
            await standby.stop()
            throw error
        }
        return standby
    }

    /// The path of a program that belongs to the server, such as `pg_dump`.
    package func path(ofClient program: String) -> String {
        // The server may be a link to its installation directory.
        URL(filePath: installation.path(of: "postgres")).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: program).path(percentEncoded: false)
    }

    private func copyData(of primary: PrivateServer) async throws {
        let output = directory + "/pg_basebackup.log"
        let process = try ChildProcess(
            user.command([
                path(ofClient: "pg_basebackup"), "-h",
                primary.host, "-p", String(primary.port), "-U", "ferry", "-D", data, "-R", "-X",
                "stream",
                "-c", "fast", "--no-sync",
            ]), log: output)
        guard await process.waitForExit(within: .seconds(120)) == 0 else {
            process.signal(9)
            throw PrivateServerError.failed(program: "pg_basebackup", output: tail(of: output))
        }
    }
}
