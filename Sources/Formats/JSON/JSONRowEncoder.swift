/// Encodes rows in the form of ``QuotedRowReader/copyOptions`` as JSON objects: one per line, or as
/// the elements of one array.
final class JSONRowEncoder: RowEncoder {
    private(set) var rows: Int64 = 0
    /// The text before each value: `{"id":`, `,"name":`.
    private let keys: [[UInt8]]
    private let kinds: [JSONValueKind]
    private let isArray: Bool
    private let names: [String]
    private var found: [JSONHazards]
    private var writer = JSONValueWriter()

    /// - Parameter isArray: Whether the file is one array.
    init(columns: [TableColumn], isArray: Bool) {
        keys = columns.enumerated().map { index, column in
            let start = UInt8(ascii: index == 0 ? "{" : ",")
            return [start] + jsonString(column.name) + [UInt8(ascii: ":")]
        }
        kinds = columns.map { JSONValueKind($0.valueType) }
        self.isArray = isArray
        names = columns.map(\.name)
        found = Array(repeating: [], count: columns.count)
    }

    var hazards: [ColumnHazards] {
        zip(names, found).filter { !$1.isEmpty }.map { ColumnHazards(column: $0, hazards: $1) }
    }

    func process(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard var reader = QuotedRowReader(bytes) else { return }
        // Passed as an argument, because each use of an object's variable costs a check.
        try writeRows(&reader, &writer, output)
    }

    func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws {
        if isArray { try writer.write(rows == 0 ? "[]\n" : "\n]\n", output) }
        try writer.finish(output)
    }

    private func writeRows(
        _ reader: inout QuotedRowReader, _ writer: inout JSONValueWriter,
        _ output: OutputBuffer.Output
    ) throws {
        let (keys, kinds) = (keys, kinds)
        while !reader.isAtEnd {
            if isArray { try writer.write(rows == 0 ? "[\n" : ",\n", output) }
            if keys.isEmpty {
                try reader.emptyRow()
                try writer.write("{", output)
            }
            for index in keys.indices {
                try writer.write(keys[index], output)
                let value = try reader.value(isLast: index == keys.count - 1)
                if let text = value.text {
                    try writer.write(JSONText(text, quoteBytes: 2), kinds[index], output)
                    let hazards = writer.takeHazards()
                    if !hazards.isEmpty { found[index].formUnion(hazards) }
                } else {
                    try writer.write("null", output)
                }
            }
            try writer.write(isArray ? "}" : "}\n", output)
            rows += 1
        }
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
