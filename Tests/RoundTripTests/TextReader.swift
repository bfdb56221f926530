import TestSupport

/// Python's own `csv` and `json`, pyarrow's zstd and DuckDB's JSON, which share no code with Ferry.
enum TextReader {
    /// Compares a delivery with what is expected of it.
    ///
    /// - Parameters:
    ///   - folder: Holds the manifest and the files.
    ///   - expected: See ``Expectation/path``.
    ///   - dialect: The dialect of Python's `csv.reader`, as JSON.
    ///   - null: What that reader gives for null.
    /// - Returns: What differs, one line each.
    static func differences(
        _ folder: String, from expected: String, dialect: String, null: String
    ) async throws -> [String] {
        try await TestPython.linesLater(
            of: program, at: expected + ".py", [folder, expected, dialect, null])
    }

    private static let program = #"""
        import csv, gzip, io, json, os, re, sys
        import duckdb, pyarrow

        folder, expected_file, dialect, null = sys.argv[1:]
        csv.field_size_limit(1 << 30)
        # Numbers by their digits, and objects with all of their keys.
        exact = dict(
            parse_int=lambda text: ("number", text), parse_float=lambda text: ("number", text),
            parse_constant=lambda text: ("constant", text), object_pairs_hook=lambda pairs: pairs)
        expected = json.load(open(expected_file, encoding="utf-8"), **exact)
        expected = {name: dict(table) for name, table in expected}
        manifest = json.load(open(os.path.join(folder, "manifest.json"), encoding="utf-8"))
        settings = manifest["format"]
        numbers = {"smallint", "integer", "bigint", "oid", "numeric", "real", "double precision",
                   "money", "public.price"}
        times = {"date", "timestamp without time zone", "timestamp with time zone"}

        def text_of(name):
            data = open(os.path.join(folder, name), "rb").read()
            if name.endswith(".gz"):
                data = gzip.decompress(data)
            if name.endswith(".zst"):
                data = pyarrow.CompressedInputStream(pyarrow.py_buffer(data), "zstd").read()
            return data.decode("utf-8", errors="strict")

        def time_of(text, kind):
            date = r"([+-]\d{6,}|\d{4})-(\d\d)-(\d\d)"
            clock = r"T(\d\d):(\d\d):(\d\d)(\.\d+)?"
            ends = {"date": "", "timestamp without time zone": clock}.get(kind, clock + "Z")
            found = re.fullmatch(date + ends, text)
            if not found:
                return text
            year, month, day, *parts = found.groups()
            hour, minute, second, fraction = (parts + ["0", "0", "0", None])[:4]
            seconds = (int(hour) * 60 + int(minute)) * 60 + int(second)
            micros = seconds * 1000000 + int((fraction or ".")[1:].ljust(6, "0"))
            return [("number", str(int(value))) for value in (year, month, day, micros)]

        def differing(where, got, want):
            if got != want:
                pairs = [(a, b) for a, b in zip(got, want) if a != b]
                print(where, ascii(pairs)[:300], len(got), len(want))

        def check_quotes(where, text, types):
            """A parser of its own that knows what was quoted, for all and non_numeric."""
            newline = "\r\n" if settings["line_ending"] == "CRLF" else "\n"
            pattern = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')
            position, number, column = 0, 0, 0
            while position < len(text):
                found = pattern.match(text, position)
                quoted = found.group(1) is not None
                if settings["quote"] == "all":
                    right = quoted
                elif number == 0:
                    right = quoted
                else:
                    right = types[column] in numbers or quoted or found.group(0) == ""
                    right = right and not (types[column] in numbers and quoted)
                if not right:
                    print(where, "quoting", number, column, ascii(found.group(0))[:100])
                position, column = found.end(), column + 1
                if text.startswith(",", position):
                    position += 1
                elif text.startswith(newline, position):
                    position, number, column = position + len(newline), number + 1, 0
                else:
                    print(where, "no end at", position)
                    return

        def check_delimited(file, table):
            name, text = file["name"], text_of(file["name"])
            lines = io.StringIO(text, newline="")
            records = list(csv.reader(lines, strict=True, **json.loads(dialect)))
            names = [dict(column)["name"] for column in table["columns"]]
            types = [dict(column)["type"] for column in table["columns"]]
            numbered = "row_number" in settings
            differing(name, records[0], ["row_number"] * numbered + names)
            rows = [sum(row, []) for row in table["texts"]]
            if not len(records) - 1 == len(rows) == file["rows"]:
                print(name, "rows", len(records) - 1, len(rows), file["rows"])
            for number, (row, want) in enumerate(zip(records[1:], rows), 1):
                texts = [str(number)] * numbered + [null if x is None else x for x in want]
                # Python drops what PostgreSQL reads: the line of one column that is empty.
                differing((name, number), [""] if row == [] and texts == [""] else row, texts)
            if settings["quote"] in ("all", "non_numeric"):
                check_quotes(name, text, ["integer"] * numbered + types)
            ends = text.endswith("\r\n"), settings["line_ending"] == "CRLF"
            if ends[0] != ends[1]:
                print(name, "line ends")

        def check_json(file, table):
            name, text = file["name"], text_of(file["name"])
            if settings["format"] == "ndjson":
                lines = text.split("\n")
                if lines.pop() != "":
                    print(name, "no line end")
                records = [json.loads(line, **exact) for line in lines]
            else:
                records = json.loads(text, **exact)
            columns = [dict(column) for column in table["columns"]]
            rows = [sum(row, []) for row in table["values"]]
            if not len(records) == len(rows) == file["rows"]:
                print(name, "rows", len(records), len(rows), file["rows"])
            for number, (record, want) in enumerate(zip(records, rows), 1):
                differing(name, [key for key, _ in record], [c["name"] for c in columns])
                got = [
                    time_of(value, column["type"])
                    if column["type"] in times and value is not None else value
                    for (_, value), column in zip(record, columns)]
                differing((name, number), got, want)
            check_by_duckdb(name, columns, rows)

        def loose(value):
            """Numbers as doubles, which is all that DuckDB makes of them."""
            if isinstance(value, tuple) and value[0] == "number":
                return float(value[1])
            if isinstance(value, (list, tuple)):
                return [loose(part) for part in value]
            return value

        def check_by_duckdb(name, columns, rows):
            read = duckdb.connect().read_json(
                os.path.join(folder, name), columns={c["name"]: "JSON" for c in columns},
                format="array" if settings["format"] == "json" else "newline_delimited",
                maximum_object_size=1 << 28).fetchall()
            if len(read) != len(rows):
                print(name, "rows for DuckDB", len(read), len(rows))
            for number, (row, want) in enumerate(zip(read, rows), 1):
                values = [None if text is None else json.loads(text, **exact) for text in row]
                got = [
                    time_of(value, column["type"])
                    if column["type"] in times and value is not None else value
                    for value, column in zip(values, columns)]
                differing((name, number, "DuckDB"), loose(got), loose(want))

        seen = set()
        for file in manifest["files"]:
            table = file["table"]["schema"] + "." + file["table"]["name"]
            is_json = settings["format"] in ("ndjson", "json")
            (check_json if is_json else check_delimited)(file, expected[table])
            seen.add(table)
        if seen != set(expected):
            print("tables", ascii(seen ^ set(expected)))
        """#
}
