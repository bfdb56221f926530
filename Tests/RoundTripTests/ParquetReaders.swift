import Foundation
import TestSupport

/// pyarrow and DuckDB, which share no code with Ferry nor with each other.
enum ParquetReaders {
    /// What a column of a file should be read as.
    struct ExpectedColumn: Codable {
        let name: String
        /// As PostgreSQL calls its type.
        let type: String
        /// As pyarrow calls the type that it finds.
        let arrow: String
        let values: [ExpectedValue?]
    }

    /// A value as text, or the elements of a list as texts.
    enum ExpectedValue: Codable {
        case text(String)
        case list([String?])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .list(try container.decode([String?].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .list(let texts): try container.encode(texts)
            }
        }
    }

    /// Reads the files of a folder by both.
    ///
    /// - Parameter expected: The columns by the name of the file.
    /// - Returns: What differs, one line each; and how many different pairs of a type and a value
    ///   were compared.
    static func compare(
        _ folder: String, with expected: [String: [ExpectedColumn]]
    ) async throws -> (differences: [String], pairs: Int) {
        let path = folder + ".expected.json"
        try JSONEncoder().encode(expected).write(to: URL(fileURLWithPath: path))
        var lines = try await TestPython.linesLater(
            of: comparison, at: folder + ".py", [folder, path])
        guard let pairs = lines.last.flatMap({ Int($0) }) else { return (lines, 0) }
        lines.removeLast()
        return (lines, pairs)
    }

    private static let comparison = """
        import json, os, struct, sys, uuid
        import duckdb, pyarrow as pa, pyarrow.parquet as pq

        folder, expected_file = sys.argv[1:]
        expected = json.load(open(expected_file, encoding="utf-8"))

        def text(value, kind):
            if value is None:
                return None
            if pa.types.is_list(kind):
                return [text(element, kind.value_type) for element in value]
            if pa.types.is_boolean(kind):
                return "true" if value else "false"
            if pa.types.is_float32(kind):
                return struct.pack(">f", value).hex()
            if pa.types.is_float64(kind):
                return struct.pack(">d", value).hex()
            if pa.types.is_decimal(kind):
                return format(value, "f")
            if kind == pa.binary(16):
                return str(uuid.UUID(bytes=bytes(value)))
            if isinstance(value, bytes):
                return value.hex()
            return str(value)

        def plain(kind):
            # Python has no dates BC nor after 9999.
            if pa.types.is_date(kind): return pa.int32()
            if pa.types.is_timestamp(kind) or pa.types.is_time(kind): return pa.int64()
            if pa.types.is_list(kind): return pa.list_(plain(kind.value_type))
            if isinstance(kind, pa.BaseExtensionType): return plain(kind.storage_type)
            return kind

        def values(column):
            column = column.combine_chunks()
            if isinstance(column, pa.ChunkedArray):
                empty = pa.array([], column.type)
                column = pa.concat_arrays(column.chunks) if column.num_chunks else empty
            if isinstance(column.type, pa.BaseExtensionType):
                column = column.storage
            if pa.types.is_list(column.type):
                inner = column.flatten()
                flat = values(pa.chunked_array([inner])) if len(inner) else []
                result, start = [], 0
                for element in column:
                    if not element.is_valid:
                        result.append(None)
                        continue
                    result.append(flat[start:start + len(element)])
                    start += len(element)
                return result
            kind = plain(column.type)
            return [text(value, kind) for value in column.cast(kind).to_pylist()]

        def name_of(field):
            kind = field.type
            if pa.types.is_list(kind):
                inner = name_of(pa.field("element", kind.value_type))
                return "list<" + inner + ">" + ("" if field.nullable else " not null")
            label = {"extension<arrow.uuid>": "uuid", "extension<arrow.json>": "json"}.get(
                str(kind), str(kind))
            return label + ("" if field.nullable else " not null")

        def check_described(where, file, read, index, wanted):
            # What the schema and the statistics of a column say.
            found = name_of(read.schema.field(index))
            if found != wanted["arrow"]:
                print(*where, "is", found, "not", wanted["arrow"])
            known = ("int", "dec", "string", "binary", "uuid", "bool")
            if file.metadata.num_row_groups != 1:
                return
            reported = file.metadata.row_group(0).column(index).statistics
            # Of a list the nulls among its elements count too.
            nulls, isList = wanted["values"].count(None), wanted["arrow"].startswith("list")
            if nulls > reported.null_count or not isList and nulls < reported.null_count:
                print(*where, "nulls", reported.null_count)
            if not wanted["arrow"].startswith(known):
                return
            present = [value for value in read.column(index).to_pylist() if value is not None]
            if present:
                low, high = (
                    (uuid.UUID(bytes=value) if found == "uuid" else value)
                    for value in (reported.min, reported.max))
                exact = all(len(str(value).encode()) <= 60 for value in present)
                if exact and (low, high) != (min(present), max(present)):
                    print(*where, "bounds", ascii((low, high)))

        compared = set()
        for name, columns in expected.items():
            path = os.path.join(folder, name)
            file = pq.ParquetFile(path, arrow_extensions_enabled=True)
            read = file.read()
            wanted_names = [column["name"] for column in columns]
            if read.schema.names != wanted_names:
                print(name, "columns", ascii((read.schema.names, wanted_names))[:300])
            duck = duckdb.connect()
            duck.execute("set timezone = 'UTC'")
            other = duck.read_parquet(path).to_arrow_table()
            for index, wanted in enumerate(columns):
                where = name, wanted["name"], wanted["type"]
                check_described(where, file, read, index, wanted)
                for reader, table in [("pyarrow", read), ("duckdb", other)]:
                    seen = values(table.column(index))
                    if seen != wanted["values"]:
                        pairs = [(a, b) for a, b in zip(seen, wanted["values"]) if a != b]
                        print(*where, reader, len(seen), len(wanted["values"]),
                            ascii(pairs)[:300])
                compared.update((wanted["type"], json.dumps(value)) for value in wanted["values"])
        print(len(compared))
        """
}
