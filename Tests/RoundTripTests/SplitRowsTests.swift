import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("A split by rows", .timeLimit(.minutes(15)))
struct SplitRowsTests {
    private static let formats = [
        #""format": "csv""#, #""header": false"#, #""quote": "all""#, #""format": "ndjson""#,
        #""format": "json""#, #""format": "parquet""#,
        #""format": "tsv", "header": false, "row_number": true"#,
    ]

    /// Rows of a digit: very many come with the first bytes that the source sends.
    @Test func `gives no file more rows than it says, the first one neither`() async throws {
        try await Delivering.with { scene in
            try await scene.source.run(
                "create table digits as select 1::smallint as d from generate_series(1, 120000)")

            let folders = try await scene.deliver(
                all: Self.formats.map { #"{\#($0), "split": {"rows": 50000}}"# })

            for (format, folder) in zip(Self.formats, folders) {
                let manifest = try Manifest(
                    decoding: Data(contentsOf: URL(fileURLWithPath: folder + "/manifest.json")))
                #expect(manifest.files.map(\.rows) == [50_000, 50_000, 20_000], "\(format)")
            }
        }
    }
}
