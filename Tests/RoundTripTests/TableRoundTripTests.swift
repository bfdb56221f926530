import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A delivery into tables", .timeLimit(.minutes(15)))
struct TableRoundTripTests {
    /// Two tables of one name do not go into one schema, and a `regclass` needs its table.
    private static let tables =
        OddTables.script
            + """
            drop table "Other"."select"; alter table others drop column rc;
            set search_path = pg_catalog
            """

    /// What the columns are of, and a delivery does not bring.
    private static let types = #"""
        create type mood as enum ('sad', 'o k', 'quo"te,d');
        create type pair as (a text, b int[]);
        create domain short as varchar(5) check (value <> 'x');
        create schema crm;

        """# + MadeUpTypes.script

    @Test(arguments: [["create", "truncate"], ["replace", "replace"]])
    func `holds what the source holds, value by value`(modes: [String]) async throws {
        try await Delivering.with { scene in
            try await TestDatabase.withEmpty { database in
                try await scene.source.run(Self.tables)
                let target = try await database.connect()
                try await target.run(Self.types + "set search_path = pg_catalog")
                try await target.run(
                    """
                    set DateStyle = 'ISO, YMD'; set TimeZone = 'UTC';
                    set IntervalStyle = 'postgres'
                    """)
                try Data(database.url.utf8).write(
                    to: URL(fileURLWithPath: scene.folder + "/target"))

                _ = try await scene.deliver(
                    all: modes.map { #"{"format": "table", "mode": "\#($0)"}"# },
                    to: """
                        "kind": "postgres",
                        "settings": {"credential": "target", "schema": "crm"}
                        """)

                try await expectSame(scene, target)
                let runs = try await target.query("select run from ferry_staging.deliveries")
                #expect(runs.count == 2)
            }
        }
    }

    private func expectSame(_ scene: Delivering, _ target: Connection) async throws {
        let tables = try await scene.tables()
        #expect(tables.count == 14)
        for table in tables {
            let name = quoteIdentifier(String(table.name.drop { $0 != "." }.dropFirst()))
            let source = try await rows(of: table.quoted, scene.source)
            let delivered = try await rows(of: "crm.\(name)", target)
            #expect(delivered == source, "\(table.name)")
            let types = """
                select attname || ' ' || format_type(atttypid, atttypmod) || attnotnull
                  from pg_attribute where attrelid = $1::regclass and attnum > 0
                   and not attisdropped order by attnum
                """
            let expected = try await texts(types, table.quoted, scene.source)
            #expect(try await texts(types, "crm.\(name)", target) == expected, "\(table.name)")
        }
    }

    private func rows(of table: String, _ connection: Connection) async throws -> [String] {
        try await connection.query("select of_table::text from \(table) as of_table order by 1")
            .map { try $0[0].string() }
    }

    private func texts(
        _ sql: String, _ table: String, _ connection: Connection
    ) async throws -> [String] {
        try await connection.query(sql, [.text(table)]).map { try $0[0].string() }
    }
}
