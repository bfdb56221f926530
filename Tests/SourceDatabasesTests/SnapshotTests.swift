import Credentials
import Foundation
import Postgres
import PrivateServer
import SourceDatabases
import TestSupport
import Testing
import Values

@Suite("A snapshot of a source database", .timeLimit(.minutes(15)))
struct SnapshotTests {
    private static let waiting = """
        select count(*) from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'
        """

    @Test func `keeps its tables unchanged, for all who join it`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run("create table t as select generate_series(1, 3) as id")
            let snapshot = try await SourceSnapshot.take(scene.source(), tables: [.named("t")])

            try await scene.admin.run("insert into t values (4); delete from t where id = 1")

            #expect(try await scene.read(snapshot, .named("t")) == "1\n2\n3\n")
            #expect(try await scene.read(snapshot, .named("t")) == "1\n2\n3\n")
            await snapshot.release()
        }
    }

    /// Design rule 11: without the lock it exports 0 rows and no error.
    @Test(arguments: ["truncate t", "alter table t alter id type text", "drop table t"])
    func `holds off what would empty its tables`(_ statement: String) async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run("create table t as select generate_series(1, 3) as id")
            let snapshot = try await SourceSnapshot.take(scene.source(), tables: nil)

            try await scene.admin.run("set lock_timeout = '50ms'")
            let error = await #expect(throws: PostgresError.self) {
                try await scene.admin.run(statement)
            }

            #expect(error?.sqlState == "55P03")
            #expect(try await scene.read(snapshot, .named("t")) == "1\n2\n3\n")
            await snapshot.release()
            try await scene.admin.run("set lock_timeout = '10s'; \(statement)")
        }
    }

    @Test func `is of all tables but those that are skipped`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run("create table t (id int); create table u (id int)")
            let locked = try await scene.database.connect()
            // Nor does it wait for one that is skipped.
            try await locked.run("begin; lock table u in access exclusive mode")

            let snapshot = try await SourceSnapshot.take(
                scene.source(), tables: nil, except: [.named("u"), .named("never there")])

            #expect(snapshot.tables.map(\.name) == [.named("t")])
            await snapshot.release()
            try await locked.run("rollback")
        }
    }

    @Test func `is taken after the lock was waited for`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run("create table t as select generate_series(1, 3) as id")
            try await scene.admin.run("begin; truncate t; insert into t values (7)")
            let source = try await scene.source()
            let taking = Task { try await SourceSnapshot.take(source, tables: nil) }
            let viewer = try await scene.database.connect()
            try await eventually("the snapshot waits for the lock") {
                try await viewer.query(
                    Self.waiting)[0][0].int() == 1
            }

            try await scene.admin.run("commit")

            let snapshot = try await taking.value
            #expect(try await scene.read(snapshot, .named("t")) == "7\n")
            await snapshot.release()
        }
    }

    @Test func `is given up for now when a table stays locked, and says what to do`()
        async throws
    {
        try await SourceScene.with { scene in
            try await scene.admin.run("create table t (); create table u ()")
            try await scene.admin.run("begin; lock table u")
            let source = try await scene.source(lockTimeout: .milliseconds(100))

            let error = await #expect(throws: SourceError.self) {
                try await SourceSnapshot.take(source, tables: nil)
            }

            #expect(error == .tablesLocked(database: "shop"))
            #expect(error?.isTransient == true)
            #expect(error?.description.contains("\"shop\"") == true)
            #expect(error?.hint.contains("pg_locks") == true)
        }
    }

    @Test func `cannot be read while another session waits to change the table`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run("create table t as select 1 as id")
            let source = try await scene.source(lockTimeout: .milliseconds(100))
            let snapshot = try await SourceSnapshot.take(source, tables: nil)
            let other = try await scene.database.connect()
            let truncating = Task { try await other.run("truncate public.t") }
            try await eventually("the TRUNCATE waits") {
                try await scene.admin.query(
                    Self.waiting)[0][0].int() == 1
            }
            let reader = try await source.connect()

            try await SourceSnapshot.join(reader, id: snapshot.id)
            let error = await #expect(throws: SourceError.self) {
                try await SourceSnapshot.lock(.named("t"), reader)
            }

            // Behind the TRUNCATE, which waits for the snapshot: better to release it and try
            // again.
            #expect(error == .changeWaits(table: "public.t"))
            #expect(error?.isTransient == true)
            await reader.close()
            await snapshot.release()
            try await truncating.value
        }
    }

    @Test func `is gone once it was released`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run("create table t ()")
            let snapshot = try await SourceSnapshot.take(scene.source(), tables: nil)
            await snapshot.release()
            await #expect(throws: PostgresError.self) { try await snapshot.check() }

            try await eventually("it cannot be joined") {
                let connection = try await scene.source().connect()
                do {
                    try await SourceSnapshot.join(connection, id: snapshot.id)
                    return false
                } catch is SnapshotGone {
                    return true
                }
            }
        }
    }

    @Test(arguments: ["nonsense", "00000003-0000001B-1", "'; drop table t; --", "../../x"])
    func `that never was is gone too`(_ id: String) async throws {
        try await SourceScene.with { scene in
            let connection = try await scene.source().connect()

            await #expect(throws: SnapshotGone.self) {
                try await SourceSnapshot.join(connection, id: id)
            }
        }
    }

    @Test func `names the tables that are missing`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run("create table t (); create view v as select")
            let wanted: [TableName] = [.named("t"), .named("gone"), .named("v"), .named("T")]
            let source = try await scene.source()

            let error = await #expect(throws: SourceError.self) {
                try await SourceSnapshot.take(source, tables: wanted)
            }

            #expect(
                error
                    == .tablesMissing(
                        database: "shop",
                        tables: ["public.gone", "public.v (it is a view)", "public.\"T\""]))
        }
    }

    @Test func `of all tables finds those that are created meanwhile, or starts again`()
        async throws
    {
        try await SourceScene.with { scene in
            try await scene.admin.run("create table t ()")
            let other = try await scene.database.connect()
            let creating = Task {
                for number in 1...30 {
                    try await other.run("create table public.n\(number) ()")
                    try await other.run("drop table public.n\(number)")
                }
            }
            for _ in 1...10 {
                do {
                    let snapshot = try await SourceSnapshot.take(scene.source(), tables: nil)
                    for table in snapshot.tables where table.name == .named("t") {
                        #expect(try await scene.read(snapshot, table.name) == "")
                    }
                    await snapshot.release()
                } catch SourceError.keepsChanging {
                    // Said, not passed over.
                }
            }
            try await creating.value
        }
    }
}

@Suite("A snapshot of more tables than the server can lock", .timeLimit(.minutes(15)))
struct ManyTablesTests {
    @Test func `is refused at once, with the setting that is needed`() async throws {
        let server = try await PrivateServer.start(
            settings: ["max_locks_per_transaction": "10", "max_connections": "20"])
        let result = await Task {
            let folder = NSTemporaryDirectory() + "ferry-\(UUID())"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let url = server.url(database: "postgres")
            try Data(url.utf8).write(to: URL(fileURLWithPath: folder + "/shop"))
            let admin = try await Connection.connect(ConnectionOptions(url))
            for number in 0..<20 {
                let names = (0..<100).map { "create table public.t_\(number)_\($0) (id int)" }
                try await admin.run(names.joined(separator: ";"))
            }
            await admin.close()

            let error = await #expect(throws: SourceError.self) {
                _ = try await SourceSnapshot.take(
                    SourceDatabase(
                        name: "shop", credential: "shop",
                        of: WorkerCredentials(paths: [folder])), tables: nil)
            }

            #expect(
                error == .tooManyTables(database: "shop", locks: 2000, room: 200, setting: 128))
            #expect(error?.hint.contains("max_locks_per_transaction to 128") == true)
            #expect(error?.isTransient == false)
        }.result
        await server.stop()
        try result.get()
    }
}
