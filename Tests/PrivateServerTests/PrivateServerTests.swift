import Foundation
import Postgres
import PrivateServer
import Processes
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("A private server", .timeLimit(.minutes(15)))
struct PrivateServerTests {
    @Test func `takes connections over its socket alone and leaves nothing behind`() async throws {
        let server = try await PrivateServer.start()
        let process = try #require(server.processID)

        let connection = try await Connection.connect(
            ConnectionOptions(server.url(database: "postgres")))
        #expect(try await connection.query("SELECT current_user")[0][0].string() == "ferry")
        await #expect(throws: PostgresError.self) {
            try await Connection.connect(ConnectionOptions(server.tcpURL(database: "postgres")))
        }
        for path in [server.host, server.directory] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o700, "\(path)")
        }
        await server.stop()

        #expect(kill(process, 0) == -1)
        #expect(!FileManager.default.fileExists(atPath: server.directory))
        #expect(!FileManager.default.fileExists(atPath: server.host))
        #expect(server.processID == nil)
    }

    @Test func `asks every role for a random password where it is to`() async throws {
        let server = try await PrivateServer.start(asksForPassword: true)
        let url = server.url(database: "postgres")
        let password = try #require(server.password)
        let other = try await PrivateServer.start(asksForPassword: true)

        let connection = try await Connection.connect(ConnectionOptions(url))
        await #expect(throws: PostgresError.self) {
            try await Connection.connect(ConnectionOptions(url + " passfile=/dev/null"))
        }
        await #expect(throws: PostgresError.self) {
            try await Connection.connect(ConnectionOptions(url + " password=guessed"))
        }
        #expect(
            try await connection.query(
                "select rolpassword from pg_authid where rolname = 'ferry'")[0][0].string()
                .hasPrefix("SCRAM-SHA-256"))
        #expect(password != other.password)
        let file = server.directory + "/passwords"
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: file + ".plain"))
        await server.stop()
        await other.stop()
    }

    @Test func `keeps its data and port across a kill and a restart`() async throws {
        let server = try await PrivateServer.start(durable: true)
        let options = ConnectionOptions(server.url(database: "postgres"))
        let before = try await Connection.connect(options)
        try await before.run("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")

        try await server.restart()

        await #expect(throws: PostgresError.self) { try await before.query("SELECT 1") }
        let after = try await Connection.connect(options)
        #expect(try await after.query("SELECT n FROM kept")[0][0].int() == 7)
        await server.stop()
    }

    @Test func `keeps its data in a directory that it was given`() async throws {
        let directory = "/tmp/ferry kept \(getpid())"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let first = try await PrivateServer.start(in: directory)
        let writer = try await Connection.connect(
            ConnectionOptions(first.url(database: "postgres")))
        try await writer.run("CREATE TABLE kept (n int)")
        await first.stop()

        let second = try await PrivateServer.start(
            in: directory, settings: ["application_name": "a 'quoted' name"])

        let reader = try await Connection.connect(
            ConnectionOptions(second.url(database: "postgres")))
        #expect(try await reader.query("SELECT * FROM kept").isEmpty)
        await second.stop()
    }

    @Test func `says what the server said when it cannot start`() async throws {
        let error = await #expect(throws: PrivateServerError.self) {
            _ = try await PrivateServer.start(settings: ["no_such_setting": "1"])
        }

        #expect(error?.description.contains("no_such_setting") == true)
    }

    @Test func `ends with its parent, even when that is killed`() async throws {
        let note = "/tmp/ferry-note-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: note) }

        await #expect(processExitsWith: .signal(SIGKILL)) { [note = note as String] in
            let server = try await PrivateServer.start()
            let process = try #require(server.processID)
            try "\(process) \(server.directory) \(server.host)"
                .write(toFile: note, atomically: true, encoding: .utf8)
            kill(getpid(), SIGKILL)
        }

        let words = try String(contentsOfFile: note, encoding: .utf8).split(separator: " ")
        let pidFile = "\(words[1])/data/postmaster.pid"
        let deadline = ContinuousClock.now + .seconds(120)
        func isLeft() -> Bool {
            ([pidFile] + words.dropFirst().map(String.init)).contains {
                FileManager.default.fileExists(atPath: $0)
            }
        }
        while isLeft(), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(!isLeft(), "the server's directories are removed once its process is gone")
    }
}

@Suite("A child process", .timeLimit(.minutes(15)))
struct ChildProcessTests {
    @Test func `is reaped without a waiting caller`() async throws {
        func start() throws -> pid_t {
            try ChildProcess(["sleep", "0.1"], log: "/dev/null").id
        }
        let id = try start()

        // Until it is reaped it can be signalled, alive or not.
        while kill(id, 0) == 0 { try await Task.sleep(for: .milliseconds(10)) }

        #expect(errno == ESRCH)
    }
}
