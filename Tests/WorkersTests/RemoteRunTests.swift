import Foundation
import Manifests
import Postgres
import TestSupport
import Testing
import Values

@Suite("A run to a server", .timeLimit(.minutes(15)))
struct RemoteRunTests {
    /// Four parts to read. Pages of one row each make a table large with few rows, and none can
    /// be read while ``HeldTable`` is closed.
    private static let wide = """
        create view public.mood as select 'calm' as name;
        create table public.wide (g int, x text, mood public.mood) with (fillfactor = 10);
        insert into public.wide
        select g, repeat('x', 800), row('calm')::public.mood from generate_series(1, 33000) as g;
        """

    @Test(arguments: RemotePlace.Kind.allCases)
    func `delivers tables in parts that two workers read`(_ kind: RemotePlace.Kind) async throws {
        try await Scene.with(tables: Self.wide) { scene in
            let place = try RemotePlace(kind, in: scene)
            _ = try scene.start("one", for: place)
            _ = try scene.start("two", for: place)
            try await scene.configure(
                at: place, tables: Self.tables,
                template: #"{"compression": "gzip", "split": {"megabytes": 4}}"#)
            let held = try await HeldTable.close(in: scene.source)

            let run = try await scene.run()
            // More than one worker alone takes on.
            try await eventually(within: .seconds(60), "three read") {
                try await HeldTable.readers(in: scene.source) >= 3
            }
            await held.open()
            try await scene.reaches("succeeded", run)

            let readers = try await scene.queue.texts(
                "select distinct worker from ferry.run_tasks where run_id = $1 order by 1",
                [.int(run)])
            #expect(readers == ["one", "two"])
            try await isWhole(run, "Daily customers", read: "read_csv", at: place, in: scene)
        }
    }

    @Test(arguments: RemotePlace.Kind.allCases)
    func `delivers Parquet files in parts`(_ kind: RemotePlace.Kind) async throws {
        try await Scene.with(tables: Self.wide) { scene in
            let place = try RemotePlace(kind, in: scene)
            _ = try scene.start("one", for: place)
            _ = try scene.start("two", for: place)
            try await scene.configure(
                at: place, tables: Self.tables,
                template: #"{"format": "parquet", "split": {"rows": 50000}}"#)

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            try await isWhole(run, "Daily customers", read: "read_parquet", at: place, in: scene)
        }
    }

    private static let tables = #"["wide", "customers"]"#

    /// - Parameter read: The function of DuckDB that reads such files.
    private func isWhole(
        _ run: Int64, _ export: String, read: String, at place: RemotePlace, in scene: Scene
    ) async throws {
        let delivered = try place.delivered()
        let files = try delivered.manifest(of: run).files
        let rows = Dictionary(grouping: files) { $0.table?.name ?? "" }
            .mapValues { $0.map(\.rows).reduce(0, +) }
        #expect(rows == ["wide": 33000, "customers": 3000])
        #expect(files.filter { $0.table?.name == "wide" }.count >= 4)
        #expect(try delivered.latest() == run)
        try await place.nothingStaged()

        let folder = "\(delivered.path)/\(export)/run-\(run)"
        let counted = try TestPython.lines(
            of: """
                import duckdb, sys
                print(*duckdb.connect().execute(
                    f"select count(*), count(distinct g), sum(g) from \(read)('{sys.argv[1]}')"
                ).fetchone())
                """, at: scene.folder + "/count.py", [folder + "/wide.*"])
        #expect(counted == ["33000 33000 544516500"])
        let verification = try WorkerProcess(
            name: "verify", ["verify", folder + "/" + Manifest.fileName], environment: [:],
            log: scene.folder + "/verify.log")
        #expect(try await verification.end() == .exit(0), "\(verification.log)")
    }

    @Test(arguments: RemotePlace.Kind.allCases, ["task.staged@2", "publish.before_manifest"])
    func `is brought to the same end when its worker is killed`(
        _ kind: RemotePlace.Kind, at failpoint: String
    ) async throws {
        let expected = try await UndisturbedRun.hashes.value
        try await Scene.with { scene in
            let place = try RemotePlace(kind, in: scene)
            let victim = try scene.start("victim", for: place, failpoint: failpoint)
            try await scene.configure(at: place, template: UndisturbedRun.template)
            let run = try await scene.run()
            #expect(try await victim.end() == .signal(SIGKILL))
            #expect(try place.delivered().manifests == [])

            _ = try scene.start("heir", for: place)
            try await scene.reaches("succeeded", run)

            let delivered = try place.delivered()
            #expect(try delivered.hashes == expected)
            #expect(try delivered.manifest().run == run)
            #expect(try delivered.latest() == run)
            try await place.nothingStaged()
        }
    }

    @Test(arguments: RemotePlace.Kind.allCases)
    func `leaves nothing when it is stopped`(_ kind: RemotePlace.Kind) async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            let place = try RemotePlace(kind, in: scene)
            _ = try scene.start("worker", for: place)
            try await scene.configure(at: place)
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)
            try await eventually("something is staged") {
                try !place.delivered().staged.isEmpty
            }

            try await scene.apply("stop_run", #"{"run": \#(run)}"#)
            try await scene.reaches("stopped", run)

            await held.open()
            try await place.nothingStaged()
            #expect(try place.delivered().visible == [])
        }
    }

    @Test(arguments: RemotePlace.Kind.allCases)
    func `delivers an archive that only the key's owner can open`(
        _ kind: RemotePlace.Kind
    ) async throws {
        let owner = try TestPGP()
        _ = try owner.makeKey(subkeys: ["cv25519 encr never"])
        let key = String(
            decoding: try JSONEncoder().encode(try owner.export()), as: UTF8.self)
        try await Scene.with { scene in
            let place = try RemotePlace(kind, in: scene)
            _ = try scene.start("worker", for: place)
            try await scene.configure(
                at: place, template: #"{"compression": "zip", "pgp_public_key": \#(key)}"#)

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let delivered = try place.delivered()
            let file = try #require(try delivered.manifest(of: run).files.first)
            #expect(file.members?.count == 5)
            let path = "\(delivered.path)/Daily customers/run-\(run)/\(file.name)"
            let sealed = [UInt8](try Data(contentsOf: URL(filePath: path)))
            #expect(!sealed.starts(with: Array("PK".utf8)))
            #expect(try owner.decrypt(sealed).starts(with: Array("PK".utf8)))
        }
    }
}
