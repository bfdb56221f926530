import Formats
import Foundation
import Postgres
import Testing
import Values

@Suite(
    "A delivery in Parquet of the tables that every format is tried with", .timeLimit(.minutes(15)))
struct ParquetSweepTests {
    @Test(arguments: ["snappy", "zstd"])
    func `has the source's values for every reader`(_ codec: String) async throws {
        try await Delivering.with { scene in
            try await scene.source.run(OddTables.script + "set search_path = pg_catalog")
            try await leaveOutWhatIsRefused(scene)
            let expected = try await expected(scene)

            let folder = try await scene.deliver(
                #"{"format": "parquet", "compression": "\#(codec)"}"#)

            let found = try await ParquetReaders.compare(folder, with: expected)
            #expect(found.differences == [])
            // Those of the other formats less the few that are refused.
            #expect(found.pairs > 450)
        }
    }

    @Test func `is refused for each of their values that Parquet cannot hold`() async throws {
        try await ParquetScene.with { scene in
            try await scene.source.run(OddTables.script)
            var values: [TableName: String] = [:]
            for table in try await Delivering.tables(of: scene.source) {
                for rule in try await ParquetRule.all(of: table.quoted, scene.source) {
                    let refused = "\(table.quoted) where \(rule.isRefused)"
                    for row in try await scene.source.query("select ctid::text from \(refused)") {
                        let name = "refused_\(values.count)"
                        try await scene.source.run(
                            """
                            create table \(name) as select \(quoteIdentifier(rule.column)) as v
                              from \(table.quoted) where ctid = '\(try row[0].string())'
                            """)
                        let value = try await scene.source.query("select v::text from \(name)")
                        values[TableName(schema: "public", name: name)] =
                            "\(rule.type): \(try value[0][0].string())"
                    }
                }
            }

            let refusals = try await scene.refusals(Array(values.keys))

            let written = values.filter { refusals[$0.key] == nil }.map(\.value)
            #expect(written == [])
            #expect(refusals.values.allSatisfy { $0.hasPrefix("column \"v\" contains ") })
            #expect(values.count > 10)
        }
    }

    private func leaveOutWhatIsRefused(_ scene: Delivering) async throws {
        for table in try await scene.tables() {
            let rules = try await ParquetRule.all(of: table.quoted, scene.source)
            // A generated column cannot be set, and is of a type that nothing is refused of.
            let changes = rules.filter { $0.isRefused != "false" }.map { rule in
                let name = quoteIdentifier(rule.column)
                return "\(name) = case when \(rule.isRefused) then null else \(name) end"
            }
            guard !changes.isEmpty else { continue }
            try await scene.source.run(
                "update \(table.quoted) set \(changes.joined(separator: ", "))")
        }
    }

    /// By file, what the source itself says of the columns.
    private func expected(
        _ scene: Delivering
    ) async throws -> [String: [ParquetReaders.ExpectedColumn]] {
        var expected: [String: [ParquetReaders.ExpectedColumn]] = [:]
        for table in try await scene.tables() {
            let rules = try await ParquetRule.all(of: table.quoted, scene.source)
            let values = rules.map { "coalesce(jsonb_agg(\($0.value)), '[]')::text" }
            let found = try await scene.source.query(
                "select \(values.joined(separator: ", ")) from \(table.quoted)")
            expected[table.name.replacing("public.", with: "") + ".parquet"] =
                try rules.enumerated().map { index, rule in
                    .init(
                        name: rule.column, type: rule.type, arrow: rule.arrow,
                        values: try JSONDecoder().decode(
                            [ParquetReaders.ExpectedValue?].self,
                            from: Data(try found[0][index].string().utf8)))
                }
        }
        return expected
    }
}
