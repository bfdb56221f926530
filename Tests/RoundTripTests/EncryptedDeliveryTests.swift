import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("An encrypted delivery", .timeLimit(.minutes(15)))
struct EncryptedDeliveryTests {
    private static let tables = """
        create table orders (id int, note text);
        insert into orders select g, repeat('x', g % 100) from generate_series(1, 60000) g;
        create table nothing (id int);
        """

    private func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    private func json(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    @Test(arguments: [
        #""format": "csv", "compression": "gzip", "split": {"rows": 50000}"#,
        #""format": "ndjson", "compression": "zstd""#, #""format": "parquet""#,
    ])
    func `holds what the same delivery holds in the clear`(settings: String) async throws {
        let owner = try TestPGP()
        let key = try owner.makeKey(subkeys: ["cv25519 encr never"])[1]
        let block = try owner.export()
        try await Delivering.with { scene in
            try await scene.source.run(Self.tables)

            let folders = try await scene.deliver(all: [
                "{\(settings)}", "{\(settings), \"pgp_public_key\": \(try json(block))}",
            ])

            let (plain, report) = try (
                verify(manifestAt: folders[0] + "/manifest.json"),
                verify(manifestAt: folders[1] + "/manifest.json")
            )
            #expect(report.findings.isEmpty)
            let files = report.manifest.files
            #expect(files.map(\.name) == plain.manifest.files.map { $0.name + ".pgp" })
            #expect(files.map(\.rows) == plain.manifest.files.map(\.rows))
            #expect(report.notCounted.map(\.file) == files.map(\.name) && plain.notCounted.isEmpty)
            for file in plain.manifest.files {
                let clear = try bytes(folders[0] + "/" + file.name)
                let encrypted = try bytes(folders[1] + "/" + file.name + ".pgp")
                #expect(try owner.decrypt(encrypted) == clear)
            }
            let text = try String(contentsOfFile: folders[1] + "/manifest.json", encoding: .utf8)
            #expect(text.contains("\"pgp_key\" : \"\(key)\""))
            #expect(!text.contains("PGP PUBLIC KEY"))
        }
    }

    @Test func `finds a changed byte anyway`() async throws {
        let owner = try TestPGP()
        _ = try owner.makeKey(subkeys: ["cv25519 encr never"])
        let block = try owner.export()
        try await Delivering.with { scene in
            try await scene.source.run(Self.tables)
            let folder = try await scene.deliver("{\"pgp_public_key\": \(try json(block))}")
            let path = folder + "/orders.csv.pgp"
            var changed = try bytes(path)
            changed[changed.count / 2] ^= 1
            try Data(changed).write(to: URL(filePath: path))

            let found = try verify(manifestAt: folder + "/manifest.json").findings

            #expect(found.count == 1)
            #expect(found.first?.description.hasPrefix("changed: orders.csv.pgp") == true)
        }
    }

    @Test func `is refused when its template is saved, and again when its run begins`()
        async throws
    {
        let owner = try TestPGP()
        let expired = try owner.makeKey(subkeys: ["cv25519 encr 1y"], year: 2020)[1]
        let old = try owner.export()
        let young = try TestPGP()
        _ = try young.makeKey(subkeys: ["cv25519 encr never"])
        let good = try young.export()
        try await Delivering.with { scene in
            try await scene.source.run(Self.tables)
            let path = scene.folder + "/key"
            try Data(good.utf8).write(to: URL(filePath: path))
            _ = try await scene.deliver(#"{"pgp_credential": "key"}"#)

            let refused = try await #require(throws: PostgresError.self) {
                try await scene.send(
                    "create_data_template",
                    """
                    {"destination": "Disk", "name": "old",
                     "settings": {"pgp_public_key": \(json(old))}}
                    """)
            }
            #expect("\(refused)".contains("PGP key \(expired) expired on 2021-01-01"))

            try Data(old.utf8).write(to: URL(filePath: path))
            let run = try await scene.send("run_orchestration", #"{"name": "template 0"}"#)
            try await eventually(within: .seconds(60), "the run has failed") {
                try await scene.queue.query(
                    "select state from ferry.runs where id = $1", [.int(run)])[0][0].string()
                    == "failed"
            }
            let row = try await scene.queue.query(
                "select error_code, error_message from ferry.runs where id = $1", [.int(run)])[0]
            #expect(try row[0].string() == "encryption_key_refused")
            #expect(try row[1].string().contains("PGP key \(expired) expired on 2021-01-01"))
        }
    }
}
