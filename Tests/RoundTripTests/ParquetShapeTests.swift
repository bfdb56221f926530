import Foundation
import Postgres
import Testing

@testable import Formats

@Suite("A Parquet file of a table", .timeLimit(.minutes(15)))
struct ParquetShapeTests {
    private static let script = """
        create table no_rows (id int, list int[] not null);
        create table no_columns ();
        insert into no_columns default values; insert into no_columns default values;
        create table wide (\((1...1_600).map { number in
            number % 3 == 0 ? "c\(number) text" : "c\(number) int default \(number)"
        }.joined(separator: ", ")));
        insert into wide default values; insert into wide (c3) values ('x');
        create table nulls (i int, t text, n numeric(20, 2), b bool, l text[]);
        insert into nulls select null, null, null, null, null from generate_series(1, 5000);
        create table many as
            select g as id, md5(g::text) as "unique", 'v' || g % 100 as repeated,
                   case when g <= 140000 then 'v' || g % 10 else md5(g::text) end as changing,
                   case g % 4 when 0 then null when 1 then '{}' when 2 then array[g, null]
                       else array[g, g + 1, g + 2] end as list,
                   case when g % 3 > 0 then g % 3 = 1 end as maybe, g * 1.5::float8 as double,
                   'x' || repeat('ü', 40) || g as long
              from generate_series(1, 220000) as g;

        """

    private static let comparison = """
        import sys, duckdb, pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq
        folder = sys.argv[1]
        rows = dict(no_rows=0, no_columns=2, wide=2, nulls=5000, many=220000)
        for name, count in rows.items():
            path = f"{folder}/{name}.parquet"
            file = pq.ParquetFile(path)
            file.read()
            if file.metadata.num_rows != count:
                print(name, file.metadata.num_rows)
            # DuckDB refuses files without columns.
            if name != "no_columns":
                found = duckdb.sql(f"select count(*) from read_parquet('{path}')").fetchall()
                if found != [(count,)]:
                    print(name, "duckdb", found)
                ours = file.read()
                theirs = duckdb.sql(f"select * from read_parquet('{path}')").to_arrow_table()
                if not ours.cast(theirs.schema).equals(theirs):
                    print(name, "is not the same to both")
            for group in range(file.metadata.num_row_groups):
                data = file.read_row_group(group)
                for index in range(file.metadata.num_columns):
                    chunk = file.metadata.row_group(group).column(index)
                    if "." in chunk.path_in_schema:
                        continue
                    values = data.column(index)
                    least, greatest = pc.min_max(values).values() if len(values) else (None, None)
                    reported = chunk.statistics
                    if reported.null_count != values.null_count:
                        print(name, chunk.path_in_schema, "nulls", reported.null_count)
                    if least.as_py() is None:
                        if reported.has_min_max:
                            print(name, chunk.path_in_schema, "has bounds")
                        continue
                    low, high = reported.min, reported.max
                    isCut = chunk.path_in_schema == "long"
                    if isCut and not (low <= least.as_py() and greatest.as_py() <= high):
                        print(name, "long", ascii(low), ascii(high))
                    if not isCut and (low, high) != (least.as_py(), greatest.as_py()):
                        print(name, chunk.path_in_schema, low, high, least, greatest)
        wide = pq.read_table(f"{folder}/wide.parquet").to_pylist()
        print(len(wide[0]), wide[0]["c1"], wide[1]["c3"], wide[1]["c1600"])
        print(duckdb.sql(f'''
            select count(*), sum(id), bool_and("unique" = md5(id::text)),
                   bool_and(repeated = 'v' || id % 100),
                   bool_and(changing = case when id <= 140000 then 'v' || id % 10
                                            else md5(id::text) end),
                   bool_and(list is not distinct from case id % 4 when 0 then null when 1 then []
                                when 2 then [id, null] else [id, id + 1, id + 2] end),
                   bool_and(maybe is not distinct from
                                case when id % 3 > 0 then id % 3 = 1 end),
                   bool_and(double = id * 1.5), bool_and(long = 'x' || repeat('ü', 40) || id)
              from read_parquet('{folder}/many.parquet')''').fetchall()[0])
        many = f"read_parquet('{folder}/many.parquet')"
        for condition in ["id = 131073", "\\"unique\\" = md5('219999')",
                "changing = 'v3' and id = 3", "long = 'x' || repeat('ü', 40) || 77",
                "double = 330000"]:
            print(duckdb.sql(f"select id from {many} where {condition}").fetchall())
        print(duckdb.sql(f"select max(long) from {many}").fetchall()[0][0][-5:])
        many = pq.ParquetFile(f"{folder}/many.parquet").metadata
        groups = [many.row_group(group) for group in range(many.num_row_groups)]
        print([group.num_rows for group in groups][:3])
        for index in [1, 2, 3]:
            chunk = groups[0].column(index)
            print(sorted(chunk.encodings), chunk.has_dictionary_page)
        """

    private static func printed(groups: String) -> [String] {
        [
            "1600 1 x 1600",
            "(220000, 24200110000, True, True, True, True, True, True, True)",
            "[(131073,)]", "[(219999,)]", "[(3,)]", "[(77,)]", "[(220000,)]", "99999", groups,
            "['PLAIN', 'RLE'] False", "['PLAIN', 'RLE', 'RLE_DICTIONARY'] True",
            "['PLAIN', 'RLE', 'RLE_DICTIONARY'] True",
        ]
    }

    @Test func `of any shape and size is read as it is`() async throws {
        try await ParquetScene.with { scene in
            try await scene.source.run(Self.script)

            let rows = try await scene.write(limits: .init(bytes: 1 << 30))

            #expect(
                rows == ["no_rows": 0, "no_columns": 2, "wide": 2, "nulls": 5_000, "many": 220_000])
            let printed = try await scene.python(Self.comparison)
            #expect(printed == Self.printed(groups: "[220000]"))
        }
    }

    @Test func `continues in another row group, with statistics of its own`() async throws {
        try await ParquetScene.with { scene in
            try await scene.source.run(Self.script)
            // Only `many` has more rows than that, and in its first group it leaves a dictionary.
            try await scene.write(limits: .init(rows: 215_000, bytes: 1 << 30))

            let printed = try await scene.python(Self.comparison)

            #expect(printed == Self.printed(groups: "[215000, 5000]"))
        }
    }

    @Test func `has the same bytes however it is read`() async throws {
        try await ParquetScene.with { scene in
            try await scene.source.run(
                """
                create table t as select g as id, md5(g::text) as text, array[g, g % 5] as list
                                    from generate_series(1, 30000) as g
                """)
            let limits = ParquetEncoder.GroupLimits(bytes: 200_000, bytesBetweenLooks: 50_000)
            var files: [Data] = []
            for chunkBytes in [1, 1_000, 256 * 1024] {
                try await scene.write(chunkBytes: chunkBytes, limits: limits)
                files.append(try Data(contentsOf: URL(fileURLWithPath: scene.path(of: "t"))))
            }

            #expect(files[0] == files[1] && files[1] == files[2])
            let groups = try await scene.python(
                """
                import sys, pyarrow.parquet as pq
                print(pq.ParquetFile(sys.argv[1] + "/t.parquet").num_row_groups)
                """)
            #expect((groups.first.flatMap { Int($0) } ?? 0) > 3)
        }
    }
}
