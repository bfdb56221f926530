/// Writes rows, which it reads as ``QuotedRowReader/copyOptions`` say, as JSON objects: one a line,
/// or as the elements of one array.
final class JSONRowEncoder: RowEncoder {
    private(set) var rows: Int64 = 0
    private let columns: [Column]
    private let isArray: Bool
    private var writer = JSONValueWriter()

    private struct Column {
        /// What stands before its value: `{"id":`, `,"name":`.
        let key: [UInt8]
        let kind: JSONValueKind
    }

    /// - Parameter isArray: Whether the file is one array.
    init(columns: [TableColumn], isArray: Bool) {
        self.columns = columns.enumerated().map { index, column in
            Column(
                key: Array((index == 0 ? "{" : ",").utf8) + jsonString(column.name) + [
                    UInt8(ascii: ":")
                ],
                kind: JSONValueKind(column))
        }
        self.isArray = isArray
    }

    func process(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard var reader = QuotedRowReader(bytes) else { return }
        while !reader.isAtEnd { try writeRow(&reader, output) }
    }

    func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws {
        if isArray { try writer.write(rows == 0 ? "[]\n" : "\n]\n", output) }
        try writer.finish(output)
    }

    private func writeRow(_ reader: inout QuotedRowReader, _ output: OutputBuffer.Output) throws {
        if isArray { try writer.write(rows == 0 ? "[\n" : ",\n", output) }
        if columns.isEmpty {
            try reader.emptyRow()
            try writer.write("{", output)
        }
        for index in columns.indices {
            try writer.write(columns[index].key, output)
            let value = try reader.value(isLast: index == columns.count - 1)
            if let text = value.text {
                try writer.write(JSONText(text, quoteBytes: 2), columns[index].kind, output)
            } else {
                try writer.write("null", output)
            }
        }
        try writer.write(isArray ? "}" : "}\n", output)
        rows += 1
    }
}

/// The text as a JSON string, with its quotes.
private func jsonString(_ text: String) -> [UInt8] {
    var result = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
        if JSONValueWriter.isEscaped(byte) {
            result += JSONValueWriter.escape(of: byte)
        } else {
            result.append(byte)
        }
    }
    return result + [UInt8(ascii: "\"")]
}
