import Foundation
import Postgres
import Testing

@Suite("A Parquet file", .timeLimit(.minutes(10)))
struct ParquetRoundTripTests {
    @Test(arguments: ["none", "snappy", "zstd", "gzip"])
    func `holds what the source holds, whoever reads it`(_ codec: String) async throws {
        try await ParquetScene.with { scene in
            try await scene.source.run(ParquetCase.types)
            var expected: [String: Any] = [:]
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
                let values = try JSONSerialization.jsonObject(
                    with: Data(found[0][0].string().utf8))
                expected[table] = ["type": value.type, "arrow": value.arrow, "values": values]
                #expect((values as? [Any])?.count == value.values.count, "\(rows)")
            }
            try JSONSerialization.data(withJSONObject: expected)
                .write(to: URL(fileURLWithPath: scene.folder + "/expected.json"))

            try await scene.write(#"{"format": "parquet", "compression": "\#(codec)"}"#)

            let printed = try await scene.python(ParquetReaders.comparison)
            #expect(printed == ["compared \(expected.count) tables"])
        }
    }
}
