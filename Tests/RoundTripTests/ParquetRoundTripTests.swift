import Foundation
import Postgres
import Testing

@Suite("A Parquet file", .timeLimit(.minutes(15)))
struct ParquetRoundTripTests {
    @Test(arguments: ["none", "snappy", "zstd", "gzip"])
    func `has the source's values for every reader`(_ codec: String) async throws {
        try await ParquetScene.with { scene in
            try await scene.source.run(ParquetCase.types)
            var expected: [String: [ParquetReaders.ExpectedColumn]] = [:]
            let knowsXML = try await scene.source.query(
                "select exists (select from pg_config where setting like '%with-libxml%')")[0][0]
                .bool()
            for (index, value) in ParquetCase.all.enumerated()
            where knowsXML || value.type != "xml" {
                let table = "t\(index)"
                let rows = value.values.map { "(\($0))" }.joined(separator: ", ")
                let type = value.type.replacing(" not null", with: "")
                try await scene.source.run("create table \(table) (v \(value.type))")
                for row in value.values {
                    try await scene.source.run("insert into \(table) values ((\(row))::\(type))")
                }
                let found = try await scene.source.query(
                    "select coalesce(jsonb_agg(\(value.expected)), '[]') from \(table)")
                let values = try JSONDecoder().decode(
                    [ParquetReaders.ExpectedValue?].self, from: Data(found[0][0].string().utf8))
                expected[table + ".parquet"] = [
                    .init(name: "v", type: value.type, arrow: value.arrow, values: values)
                ]
                #expect(values.count == value.values.count, "\(rows)")
            }

            try await scene.write(#"{"format": "parquet", "compression": "\#(codec)"}"#)

            let found = try await ParquetReaders.compare(scene.folder, with: expected)
            #expect(found.differences == [])
            #expect(found.pairs > 200)
        }
    }
}
