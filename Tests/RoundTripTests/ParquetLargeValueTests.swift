import Foundation
import Postgres
import Testing

@Suite("A Parquet file with large values", .timeLimit(.minutes(15)))
struct ParquetLargeValueTests {
    private static let script = """
        create table large (id int, b bytea, t text not null, j jsonb, l text[]);
        insert into large
        select g, case g % 3 when 1 then random_bytes end,
               case when g % 4 = 2 then repeat('ü' || g, 7000000) else 'small ' || g end,
               case when g = 7 then to_jsonb(repeat('j', 17000000)) end,
               case when g = 3 then array[repeat('l', 17000000), null, ''] end
          from generate_series(1, 9) as g,
               (select decode(string_agg(md5(n::text), ''), 'hex')
                  from generate_series(1, 1100000) as n) as r (random_bytes);

        """

    private static let comparison = """
        import hashlib, json, sys, duckdb, pyarrow as pa, pyarrow.parquet as pq
        path = sys.argv[1] + "/large.parquet"
        def digest(value):
            if value is None or isinstance(value, int):
                return value
            if isinstance(value, list):
                return [digest(part) for part in value]
            data = value if isinstance(value, bytes) else value.encode()
            return hashlib.md5(data).hexdigest()
        ours = pq.read_table(path).to_pylist()
        theirs = duckdb.read_parquet(path).to_arrow_table().to_pylist()
        for rows in (ours, theirs):
            print(json.dumps([[digest(value) for value in row.values()] for row in rows]))
        file = pq.ParquetFile(path).metadata
        print([file.row_group(group).num_rows for group in range(file.num_row_groups)])
        """

    @Test(arguments: ["none", "snappy", "zstd", "gzip"])
    func `has the source's values for every reader`(_ codec: String) async throws {
        try await ParquetScene.with { scene in
            try await scene.source.run(Self.script)
            let expected = try await scene.source.query(
                """
                select json_agg(json_build_array(id, md5(b), md5(t), md5(j::text),
                           (select json_agg(md5(e) order by n)
                              from unnest(l) with ordinality as x (e, n))))::text
                  from large
                """)[0][0].string()

            try await scene.write(#"{"format": "parquet", "compression": "\#(codec)"}"#)

            let printed = try await scene.python(Self.comparison)
            let rows = try printed.prefix(2).map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? NSArray
            }
            let wanted = try JSONSerialization.jsonObject(with: Data(expected.utf8)) as? NSArray
            #expect(rows == [wanted, wanted])
            // A large value ends its row group, one in a list by what its pages take.
            #expect(
                printed.last
                    == (codec == "none" ? "[1, 1, 1, 1, 2, 1, 2]" : "[1, 1, 2, 2, 1, 2]"))
        }
    }
}
