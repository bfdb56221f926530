import Postgres
import SourceDatabases
import TestSupport
import Testing

/// What changes a table, or what its values look like, without waiting for those who read it.
@Suite("A change that readers do not keep out", .timeLimit(.minutes(15)))
struct ConcurrentChangeTests {
    private static let script = """
        create type mood as enum ('sad', 'ok');
        create table parted (day int, m mood) partition by range (day);
        create table parted_1 partition of parted for values from (0) to (10);
        insert into parted values (1, 'sad');
        create table loose as select 11 as day, 'ok'::mood as m;
        create table plain (id int primary key, m mood[] not null, t text);
        insert into plain values (1, '{sad}', 'a');
        create table alike (like plain including all);
        insert into alike values (2, '{ok}', 'b');
        create table referenced (id int primary key);
        insert into referenced values (1);
        create function nothing() returns trigger language plpgsql as $$ begin return new; end $$;
        """

    /// Reads both tables after the statement, from a snapshot of before.
    ///
    /// - Parameter waits: Whether the statement would wait for all readers to end.
    private func read(after statement: String, waits: Bool = false) async throws -> String {
        var text = ""
        try await SourceScene.with { scene in
            try await scene.admin.run(Self.script)
            let snapshot = try await SourceSnapshot.take(
                scene.source(), tables: [.named("parted"), .named("plain")])
            if waits { try await scene.admin.run("set statement_timeout = '1s'") }
            do {
                try await scene.admin.run(statement)
                #expect(!waits)
            } catch let error as PostgresError where waits && error.sqlState == "57014" {
                // It has begun as far as it can.
            }
            let reader = try await scene.source().connect()
            try await SourceSnapshot.join(reader, id: snapshot.id)
            for table in snapshot.tables { text += try await scene.copied(table, reader) }

            let result = await Result {
                try await SourceSnapshot.requireUnchanged(
                    snapshot.tables.map { ($0.name, $0.columns) }, reader)
            }

            await reader.close()
            await snapshot.release()
            try result.get()
        }
        return text
    }

    @Test(
        arguments: [
            ("alter table parted attach partition loose for values from (10) to (20)", "parted"),
            ("alter type mood rename value 'sad' to 'blue'", "parted"),
            ("alter type mood rename value 'ok' to 'fine'", "parted"),
        ])
    func `is noticed where the newest catalog was read`(statement: String, table: String)
        async throws
    {
        await #expect(throws: SourceError.changedMeanwhile(table: "public.\(table)")) {
            try await read(after: statement)
        }
    }

    @Test(
        arguments: [
            "alter type mood add value 'new'", "insert into parted values (2, 'ok')",
            "delete from plain", "create index on plain (t)", "analyze plain", "vacuum plain",
            "alter table plain alter t set statistics 10",
            "alter table plain set (fillfactor = 50)",
            "alter table plain cluster on plain_pkey", "comment on table plain is 'x'",
            "create statistics of_plain on id, t from plain",
            "create trigger on_plain before insert on plain execute function nothing()",
            "alter table plain add foreign key (id) references referenced not valid",
            "create table heir () inherits (plain)", "alter table alike inherit plain",
            "alter type mood rename to humour", "alter table alike rename to other",
            "create rule nothing as on insert to loose do instead nothing",
        ])
    func `leaves everything as the snapshot has it`(statement: String) async throws {
        #expect(try await read(after: statement) == "1,sad\n1,{sad},a\n")
    }

    @Test(arguments: [
        "alter table parted detach partition parted_1 concurrently",
        "create table parted_2 partition of parted for values from (10) to (20)",
    ])
    func `waits, and leaves everything as it is meanwhile`(statement: String) async throws {
        #expect(try await read(after: statement, waits: true) == "1,sad\n1,{sad},a\n")
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ work: () async throws -> Success) async {
        do {
            self = .success(try await work())
        } catch {
            self = .failure(error)
        }
    }
}
