import Formats
import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("An archived delivery", .timeLimit(.minutes(15)))
struct ArchivedDeliveryTests {
    private static let tables = """
        create table orders (id int, note text);
        insert into orders select g, repeat('x', g % 100) from generate_series(1, 60000) g;
        create table nothing (id int);
        create table "Größe ☃" (a text); insert into "Größe ☃" values ('ä');
        """

    /// Python's `zipfile` and `tarfile` say of each member what `hashlib` says of the file that
    /// is a single file in the other delivery.
    private static let program = #"""
        import hashlib, json, os, sys, tarfile, zipfile

        plain, archived, path = sys.argv[1:]
        def manifest(folder):
            return json.load(open(os.path.join(folder, "manifest.json"), encoding="utf-8"))
        def wanted(files):
            return [(f["name"], f["table"]["name"], f["rows"], f["bytes"], f["sha256"])
                    for f in files]
        (archive,) = manifest(archived)["files"]
        if wanted(archive["members"]) != wanted(manifest(plain)["files"]):
            print("members", wanted(archive["members"]), wanted(manifest(plain)["files"]))
        if path.endswith(".zip"):
            opened = zipfile.ZipFile(path)
            contents = {name: opened.read(name) for name in opened.namelist()}
        else:
            opened = tarfile.open(path)
            contents = {info.name: opened.extractfile(info).read() for info in opened}
        for member in archive["members"]:
            data = contents.pop(member["name"])
            if hashlib.sha256(data).hexdigest() != member["sha256"]:
                print("sha256", member["name"])
        if contents:
            print("extra", sorted(contents))
        """#

    @Test(arguments: [
        ("zip", #""format": "csv", "split": {"rows": 50000}"#), ("tar", #""format": "ndjson""#),
        ("tgz", #""format": "parquet""#),
        ("zip", #""format": "parquet", "split": {"rows": 50000}"#),
        ("tgz", #""format": "json""#),
    ])
    func `holds the files of the same delivery without an archive`(
        compression: String, settings: String
    ) async throws {
        try await Delivering.with { scene in
            try await scene.source.run(Self.tables)

            let folders = try await scene.deliver(all: [
                "{\(settings)}", "{\(settings), \"compression\": \"\(compression)\"}",
            ])

            let report = try verify(manifestAt: folders[1] + "/manifest.json")
            #expect(report.findings.isEmpty && report.notCounted.isEmpty)
            let name = "All.\(compression)"
            #expect(report.manifest.files.map(\.name) == [name])
            #expect(report.manifest.totals.rows == 60001)
            #expect(
                try await TestPython.linesLater(
                    of: Self.program, at: scene.folder + "/check.py",
                    folders + [folders[1] + "/" + name]) == [])
            let rows = try await scene.queue.query(
                """
                select file, table_name, sum(rows) from ferry.run_files
                 where member is not null group by 1, 2 order by table_name collate "C"
                """)
            #expect(
                try rows.map { try "\($0[0].string()) \($0[1].string()) \($0[2].string())" } == [
                    "\(name) Größe ☃ 1", "\(name) nothing 0", "\(name) orders 60000",
                ])
        }
    }

    @Test(arguments: ["zip", "tgz"])
    func `can be encrypted as a whole`(compression: String) async throws {
        let owner = try TestPGP()
        let key = try owner.makeKey(subkeys: ["cv25519 encr never"])[1]
        let block = String(
            decoding: try JSONEncoder().encode(owner.export()), as: UTF8.self)
        try await Delivering.with { scene in
            try await scene.source.run(Self.tables)

            let folders = try await scene.deliver(all: [
                "{}", #"{"compression": "\#(compression)", "pgp_public_key": \#(block)}"#,
            ])

            let report = try verify(manifestAt: folders[1] + "/manifest.json")
            let name = "All.\(compression).pgp"
            #expect(report.findings.isEmpty && report.notCounted.map(\.file) == [name])
            #expect(report.manifest.format.encryption?.key == key)
            let path = scene.folder + "/All.\(compression)"
            let encrypted = try Data(contentsOf: URL(filePath: folders[1] + "/" + name))
            try Data(owner.decrypt([UInt8](encrypted))).write(to: URL(filePath: path))
            #expect(
                try await TestPython.linesLater(
                    of: Self.program, at: scene.folder + "/check.py", folders + [path]) == [])
        }
    }

    @Test func `is the same archive from one time to the next, but for its times`() async throws {
        try await Delivering.with { scene in
            try await scene.source.run(Self.tables)

            let settings = #"{"compression": "tar"}"#
            let folders = try await scene.deliver(all: [settings, settings])

            let members = try folders.map {
                try verify(manifestAt: $0 + "/manifest.json").manifest.files[0].members
            }
            #expect(members[0] == members[1] && members[0]?.count == 3)
        }
    }
}
