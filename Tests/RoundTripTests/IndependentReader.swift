import TestSupport

/// Python's own `csv`, `gzip`, `hashlib` and `json`, which share no code with Ferry.
enum IndependentReader {
    /// Compares a delivery with what is expected of it.
    ///
    /// - Parameters:
    ///   - folder: Holds the manifest and the files.
    ///   - expected: A JSON file: by table the columns and the rows, each value a text or null.
    ///   - nullText: What the files write for null.
    /// - Returns: What differs, one line each.
    static func differences(
        _ folder: String, from expected: String, nullText: String
    ) async throws -> [String] {
        try await TestPython.linesLater(
            of: program, at: expected + ".py", [folder, expected, nullText])
    }

    private static let program = """
        import csv, gzip, hashlib, io, json, os, sys

        folder, expected_file, null_text = sys.argv[1:]
        csv.field_size_limit(1 << 30)
        expected = json.load(open(expected_file, encoding="utf-8"))
        manifest = json.load(open(os.path.join(folder, "manifest.json"), encoding="utf-8"))
        seen = set()
        for file in manifest["files"]:
            name = file["name"]
            table = file["table"]["schema"] + "." + file["table"]["name"]
            path = os.path.join(folder, name)
            data = open(path, "rb").read()
            if len(data) != file["bytes"]:
                print(name, "bytes", len(data), file["bytes"])
            if hashlib.sha256(data).hexdigest() != file["sha256"]:
                print(name, "sha256")
            plain = gzip.decompress(data) if name.endswith(".gz") else data
            text = plain.decode("utf-8", errors="strict")
            records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            header, rows = records[0], records[1:]
            wanted = expected[table]
            if header != wanted["columns"]:
                print(name, "header", ascii(header)[:200], ascii(wanted["columns"])[:200])
            if [column["name"] for column in file["columns"]] != wanted["columns"]:
                print(name, "columns of the manifest")
            if len(rows) != file["rows"] or len(rows) != len(wanted["rows"]):
                print(name, "rows", len(rows), file["rows"], len(wanted["rows"]))
            for number, (row, want) in enumerate(zip(rows, wanted["rows"])):
                texts = [null_text if value is None else value for value in want]
                # Python drops what PostgreSQL reads: the line of one column that is empty.
                if row == [] and texts == [""]:
                    row = texts
                if row != texts:
                    pairs = [(a, b) for a, b in zip(row, texts) if a != b]
                    print(name, "row", number, ascii(pairs)[:300])
            seen.add(table)
        if seen != set(expected):
            print("tables", ascii(seen ^ set(expected)))
        extra = set(os.listdir(folder)) - {"manifest.json"} - {f["name"] for f in manifest["files"]}
        if extra:
            print("extra files", ascii(extra))
        """
}
