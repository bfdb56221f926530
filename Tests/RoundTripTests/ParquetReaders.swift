/// pyarrow and DuckDB, which share no code with Ferry nor with each other.
enum ParquetReaders {
    /// Compares files with `expected.json`: by table the type that pyarrow should find and the
    /// values, each a text, a list of texts or null. Prints what differs.
    static let comparison = """
        import json, os, struct, sys, uuid
        import duckdb, pyarrow as pa, pyarrow.parquet as pq

        folder = sys.argv[1]
        expected = json.load(open(os.path.join(folder, "expected.json"), encoding="utf-8"))

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

        def name(field):
            kind = field.type
            if pa.types.is_list(kind):
                inner = name(pa.field("element", kind.value_type))
                return "list<" + inner + ">" + ("" if field.nullable else " not null")
            label = {"extension<arrow.uuid>": "uuid", "extension<arrow.json>": "json"}.get(
                str(kind), str(kind))
            return label + ("" if field.nullable else " not null")

        for table, wanted in expected.items():
            path = os.path.join(folder, table + ".parquet")
            file = pq.ParquetFile(path, arrow_extensions_enabled=True)
            read = file.read()
            found = name(read.schema.field(0))
            if found != wanted["arrow"]:
                print(table, wanted["type"], "is", found, "not", wanted["arrow"])
            told = file.metadata.row_group(0).column(0).statistics
            known = ("int", "dec", "string", "binary", "uuid", "bool")
            if wanted["arrow"].startswith(known):
                present = [value for value in read.column(0).to_pylist() if value is not None]
                low, high = (
                    (uuid.UUID(bytes=value) if found == "uuid" else value)
                    for value in (told.min, told.max))
                exact = all(len(str(value)) < 60 for value in present)
                if exact and (low, high) != (min(present), max(present)):
                    print(table, wanted["type"], "bounds", ascii((low, high)))
            if wanted["values"].count(None) > told.null_count:
                print(table, wanted["type"], "nulls", told.null_count)
            duck = duckdb.connect()
            duck.execute("set timezone = 'UTC'")
            other = duck.sql(f"select * from read_parquet('{path}')").to_arrow_table()
            for reader, column in [("pyarrow", read.column(0)), ("duckdb", other.column(0))]:
                seen = values(column)
                if seen != wanted["values"]:
                    pairs = [(a, b) for a, b in zip(seen, wanted["values"]) if a != b]
                    print(table, wanted["type"], reader, len(seen), len(wanted["values"]),
                        ascii(pairs)[:300])
        print("compared", len(expected), "tables")
        """
}
