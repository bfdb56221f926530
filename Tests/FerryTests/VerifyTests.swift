import Formats
import Foundation
import Manifests
import Postgres
import TestSupport
import Testing
import Values

@Suite("ferry verify", .timeLimit(.minutes(15)))
struct VerifyTests {
    /// A delivery of one file with one row.
    private func deliver(_ text: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("ferry-verify-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let manifest = try Manifest(
            export: .init(id: 1, name: "Daily\u{1b} customers", version: 2), run: 7,
            environment: "production", database: "crm",
            snapshot: .init(takenAt: Instant(microsecondsSince1970: 0)),
            startedAt: Instant(microsecondsSince1970: 0), format: DataTemplateSettings(),
            files: [
                .init(
                    name: "customers.csv", table: TableName(schema: "public", name: "customers"),
                    rows: 1, bytes: 5,
                    sha256: "7cde7fb64fd82bd152710cf238e017b9"
                        + "ab46c0592483edc067ba4f6c75fac108",
                    columns: [])
            ])
        try Data(manifest.encoded()).write(to: folder.appendingPathComponent("manifest.json"))
        try Data(text.utf8).write(to: folder.appendingPathComponent("customers.csv"))
        return folder
    }

    @Test func `says that all is well`() async throws {
        let folder = try deliver("id\n1\n")
        defer { try? FileManager.default.removeItem(at: folder) }

        let result = try await Program(url: "").run("verify", folder.path)

        #expect(result.output == "ok: run 7 Daily\\u{1b} customers: 1 file, 1 row, 5 B\n")
        #expect(result.status == 0)
    }

    @Test func `names what is not as the manifest says`() async throws {
        let folder = try deliver("id\n2\n")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data().write(to: folder.appendingPathComponent("ev\u{1b}il"))

        let text = try await Program(url: "").run("verify", folder.path)
        let json = try await Program(url: "").run(
            "verify", folder.path + "/manifest.json", "--output", "ndjson")

        #expect(text.status == 1)
        #expect(text.output.contains("changed: customers.csv"))
        #expect(text.output.lowercased().contains("extra: ev\\u{1b}il"))
        #expect(
            text.lines.last?.contains("run 7 Daily\\u{1b} customers: 1 file, 1 row, 5 B") == true)
        #expect(json.status == 1)
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        #expect((object as? [String: Any])?["complete"] as? Bool == false)
    }

    @Test func `follows latest.json, also where it is given the folder of a data export`()
        async throws
    {
        let folder = try deliver("id\n1\n")
        defer { try? FileManager.default.removeItem(at: folder) }
        let bytes = try Data(contentsOf: folder.appendingPathComponent("manifest.json"))
        let manifest = try Manifest(decoding: bytes)
        let export = folder.appendingPathComponent("export")
        try FileManager.default.createDirectory(at: export, withIntermediateDirectories: false)
        for name in ["manifest.json", "customers.csv"] {
            let run = export.appendingPathComponent("run-7")
            try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: folder.appendingPathComponent(name), to: run.appendingPathComponent(name))
        }
        let latest = LatestDelivery(of: manifest, in: "run-7", sha256: manifest.sha256)
        try Data(latest.encoded()).write(to: export.appendingPathComponent("latest.json"))

        for path in [export.path, export.path + "/latest.json"] {
            let result = try await Program(url: "").run("verify", path)

            #expect(result.output == "ok: run 7 Daily\\u{1b} customers: 1 file, 1 row, 5 B\n")
            #expect(result.status == 0)
        }
    }

    @Test func `trusts no manifest but the one that is asked for`() async throws {
        let folder = try deliver("id\n1\n")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/manifest.json"
        let hash = try Manifest(decoding: try Data(contentsOf: URL(filePath: path))).sha256
        func verify(_ hash: String) async throws -> Program.Result {
            try await Program(url: "").run("verify", folder.path, "--sha256", hash)
        }

        #expect(try await verify(hash.uppercased()).status == 0)
        let forged = try await verify(String(hash.reversed()))
        #expect(forged.status == 1)
        #expect(forged.error.contains("do not trust this delivery"))
        #expect(try await verify("abc").status == 64)
    }

    @Test func `asks the queue what the run decided on`() async throws {
        let folder = try deliver("id\n1\n")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/manifest.json"
        let hash = try Manifest(decoding: try Data(contentsOf: URL(filePath: path))).sha256
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.insertRun(7, export: "Daily", state: "publishing")
            try await owner.execute(
                """
                insert into ferry_state.run_manifests (run_id, token, manifest, sha256)
                values (7, 1, '{}', $1)
                """, [.text(hash)])
            let viewer = try await Program(database, as: .viewer)
            func verify(_ options: String..., by program: Program? = nil) async throws
                -> Program.Result
            {
                let process = (program ?? viewer).process(["verify", folder.path] + options)
                return try await Running(process).result()
            }

            let early = try await verify("--from-queue")
            #expect(early.status == 1)
            #expect(early.error.contains("run 7 is publishing: only a successful run has"))

            try await owner.end(run: 7, as: "succeeded")
            #expect(try await verify("--from-queue").status == 0)
            #expect(try await verify("--run", "7").status == 0)
            let other = try await verify("--run", "8")
            #expect(other.status == 1)
            #expect(other.error.contains("the manifest belongs to run 7, not to run 8"))

            // A client without policies is shown no runs, and a outsider not even the view.
            let client = try await verify(
                "--from-queue", by: try await Program(database, as: .alice))
            #expect(client.status == 66)
            #expect(client.error.contains("run 7 is not visible to this role in the queue"))
            let outsider = try await verify(
                "--from-queue", by: try await Program(database, as: .outsider))
            #expect(outsider.status == 77)
            #expect(
                try await verify("--from-queue", by: Program(url: "host=/nowhere")).status == 69)
            #expect(try await verify("--from-queue", "--sha256", hash).status == 64)

            try await owner.run("update ferry_state.run_manifests set sha256 = repeat('0', 64)")
            let forged = try await verify("--from-queue")
            #expect(forged.status == 1)
            #expect(forged.error.contains("do not trust this delivery"))
            #expect(try await verify().status == 0)
        }
    }

    @Test func `says that there is no manifest`() async throws {
        let result = try await Program(url: "").run("verify", "/nowhere")

        #expect(result.status == 66)
        #expect(result.error.contains("there is no manifest /nowhere"))
    }
}
