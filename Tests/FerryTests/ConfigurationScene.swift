import Foundation
import Postgres
import TestSupport

/// A migrated database with a worker at work, a source to export, and directories to deliver to.
final class ConfigurationScene {
    let database: TestDatabase
    let program: Program
    private let folder: URL
    private let working: Program
    private var worker: Running

    /// Gives the body a scene, and ends its worker afterwards.
    static func with(_ body: (ConfigurationScene) async throws -> Void) async throws {
        try await TestDatabase.withEmpty { source in
            let connection = try await source.connect()
            try await connection.run(
                """
                create schema "S p";
                create table customers (id int, name text, card text);
                create table orders (id int, total numeric);
                create table "S p"."odd: ""table" (id int);
                """)
            await connection.close()
            try await TestDatabase.withSchema { database in
                let scene = try await ConfigurationScene(database, source: source)
                do { try await body(scene) } catch {
                    await scene.end()
                    throw error
                }
                await scene.end()
            }
        }
    }

    private init(_ database: TestDatabase, source: TestDatabase) async throws {
        self.database = database
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("ferry-configuration-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        program = try await Program(database)
        var working = program
        working.environment = [
            "FERRY_CREDENTIAL_CRM": source.url, "FERRY_CREDENTIAL_OTHER": source.url,
        ]
        self.working = working
        worker = try working.start(["worker", "--allow-directory", folder.path])
    }

    private func end() async {
        try? await stopWorker()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Without a worker, commands wait.
    func stopWorker() async throws {
        worker.process.terminate()
        _ = try await worker.result()
    }

    func startWorker() throws {
        worker = try working.start(["worker", "--allow-directory", folder.path])
    }

    /// A directory that the worker may deliver to.
    func directory(_ name: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url.path
    }

    /// A file with this text.
    func file(_ text: String) throws -> String {
        let url = folder.appendingPathComponent("\(UUID().uuidString).yaml")
        try Data(text.utf8).write(to: url)
        return url.path
    }

    func run(_ words: String...) async throws -> Program.Result {
        try await program.start(words).result()
    }

    /// The configuration as a file.
    func exported() async throws -> String {
        try await run("export", "config").output
    }

    /// Applies a file, which must succeed.
    func apply(_ text: String, _ options: String...) async throws -> Program.Result {
        try await program.start(["apply", try file(text)] + options).result()
    }
}
