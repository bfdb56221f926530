import Testing
import Values

@testable import Formats

/// Rows as `COPY … (FORMAT binary)` sends them: each message whole.
private struct BinaryCase: FuzzInput {
    var columns: [TableColumn]
    /// The header with the first row, the other rows, the trailer.
    var messages: [[UInt8]]
    var rows: Int

    var recorded: [UInt8] {
        Array("\(columns.map { "\($0.type) \($0.nullable)" })\n".utf8) + messages.joined()
    }

    var bytes: [UInt8] { Array(messages.joined()) }
    /// Where rows end, and the stream may.
    var ends: Set<Int> {
        var ends: Set<Int> = [0, BinaryRows.headerBytes]
        var end = 0
        for message in messages {
            end += message.count
            ends.insert(end)
        }
        return ends
    }
}

@Suite("Any binary rows", .fuzzing)
struct BinaryFuzzTests {
    @Test func `become a Parquet file of as many rows, however they come`() async throws {
        var files = 0
        try await Fuzz("binary").run(tries: 500) { random in
            random.binaryRows()
        } check: { example in
            do {
                let file = try Self.parquet(example.columns, example.messages)
                try require(
                    try file == Self.parquet(example.columns, [example.bytes]),
                    "in one message it is another file")
                let rows = try Self.rows(file)
                try require(rows == example.rows, "the file has \(rows) rows")
                files += 1
            } catch is UnrepresentableValue {
                // The infinite, and what has too many digits.
            }
        }
        #expect(files > 0)
    }

    @Test func `are refused where they are cut`() async throws {
        try await Fuzz("binary-cut").run(tries: 60) { random in
            random.binaryRows()
        } check: { example in
            let bytes = example.bytes
            for count in bytes.indices where !example.ends.contains(count) {
                do {
                    _ = try Self.parquet(example.columns, [Array(bytes.prefix(count))])
                } catch is BinaryFormatError {
                    continue
                } catch is UnrepresentableValue {
                    continue
                }
                throw Violation("\(count) of \(bytes.count) bytes are read")
            }
        }
    }

    @Test func `that were changed are refused, or become a file`() async throws {
        try await Fuzz("binary-changed").run(tries: 5_000) { random in
            var example = random.binaryRows()
            if random.once(in: 2) {
                example.messages = [random.mutated(example.bytes)]
            } else {
                let index = random.number(0...example.messages.count - 1)
                example.messages[index] = random.mutated(example.messages[index])
            }
            return example
        } check: { example in
            do {
                let file = try Self.parquet(example.columns, example.messages)
                _ = try Self.rows(file)
            } catch is BinaryFormatError {
            } catch is UnrepresentableValue {
            }
        }
    }

    private static func parquet(_ columns: [TableColumn], _ messages: [[UInt8]]) throws -> [UInt8] {
        let encoder = try ParquetEncoder(columns.map(ParquetColumn.init), .uncompressed)
        var file: [UInt8] = []
        for message in messages {
            try message.withUnsafeBytes { try encoder.process($0) { file += $0 } }
        }
        try encoder.finish { file += $0 }
        return file
    }

    private static func rows(_ file: [UInt8]) throws -> Int64 {
        let trailer = Array(file.suffix(ParquetFooter.trailerBytes))
        let count = try trailer.withUnsafeBytes { try ParquetFooter.metadataBytes(trailer: $0) }
        let metadata = Array(file.dropLast(ParquetFooter.trailerBytes).suffix(count))
        return try metadata.withUnsafeBytes { try ParquetFooter.rows(metadata: $0) }
    }
}

extension SeededRandom {
    private static let types: [(id: UInt32, name: String)] = [
        (16, "boolean"), (17, "bytea"), (20, "bigint"), (21, "smallint"), (23, "integer"),
        (25, "text"), (26, "oid"), (114, "json"), (700, "real"), (701, "double precision"),
        (1082, "date"), (1083, "time"), (1114, "timestamp"), (1184, "timestamptz"),
        (1700, "numeric"), (2950, "uuid"), (3802, "jsonb"),
    ]

    fileprivate mutating func binaryRows() -> BinaryCase {
        let columns = list(0...5) { $0.binaryColumn() }
        let rows = number(0...12)
        var messages = (0..<rows).map { _ in
            columns.reduce(bigEndian(Int16(columns.count))) { $0 + field(of: $1) }
        }
        let header =
            Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0] + [UInt8](repeating: 0, count: 8)
        if messages.isEmpty { messages.append(header) } else { messages[0] = header + messages[0] }
        messages.append([0xff, 0xff])
        return BinaryCase(columns: columns, messages: messages, rows: rows)
    }

    private mutating func binaryColumn() -> TableColumn {
        let (id, name) = pick(Self.types)
        let precision = number(1...Int32(38))
        let modifier =
            id == 1700 && once(in: 2) ? (precision << 16 | number(0...precision)) + 4 : -1
        let type = ValueType(id, modifier: modifier)
        let isArray = once(in: 4)
        return TableColumn(
            name: "c", type: name + (modifier > 0 ? "(\(modifier))" : "") + (isArray ? "[]" : ""),
            nullable: once(in: 2),
            valueType: isArray
                ? ValueType(1, modifier: modifier, kind: .array, element: type) : type)
    }

    private mutating func field(of column: TableColumn) -> [UInt8] {
        if column.nullable, once(in: 4) { return bigEndian(Int32(-1)) }
        guard let element = column.valueType.element else {
            return counted(value(of: column.valueType))
        }
        let count = number(0...4)
        var bytes = bigEndian(Int32(count == 0 ? 0 : 1)) + bigEndian(Int32(1))
        bytes += bigEndian(element.id)
        if count > 0 { bytes += bigEndian(Int32(count)) + bigEndian(Int32(1)) }
        for _ in 0..<count {
            bytes += once(in: 4) ? bigEndian(Int32(-1)) : counted(value(of: element))
        }
        return counted(bytes)
    }

    private func counted(_ bytes: [UInt8]) -> [UInt8] { bigEndian(Int32(bytes.count)) + bytes }

    private mutating func value(of type: ValueType) -> [UInt8] {
        switch type.id {
        case 16: return [number(0...1)]
        case 21: return bytes(2...2)
        case 23, 26, 700: return bytes(4...4)
        case 1082: return bigEndian(pick([number(-4_000_000...4_000_000), Int32.max, Int32.min]))
        case 20, 701: return bytes(8...8)
        case 1083: return bigEndian(number(0...Int64(86_400_000_000)))
        case 1114, 1184: return bigEndian(pick([number(-(1 << 60)...(1 << 60)), Int64.max]))
        case 1700: return numeric(of: type.modifier)
        case 2950: return bytes(16...16)
        case 3802: return [1] + Array("{\"a\": 1}".utf8)
        case 114: return Array("[1, 2]".utf8)
        case 17: return bytes(0...20)
        default: return Array(text(0...20).utf8)
        }
    }

    /// Mostly one that its precision and scale allow, which are in the modifier.
    private mutating func numeric(of modifier: Int32) -> [UInt8] {
        if once(in: 20) {
            let sign = pick([0xc000, 0xd000, 0xf000] as [UInt16])
            return bigEndian(UInt16(0)) + bigEndian(UInt16(0)) + bigEndian(sign)
                + bigEndian(UInt16(0))
        }
        let scale = modifier < 4 ? number(0...20) : Int((modifier - 4) & 0x7ff)
        let precision = modifier < 4 ? 30 : Int((modifier - 4) >> 16)
        let wholeDigits = max(0, precision - scale) / 4
        let count = number(0...wholeDigits)
        let digits = list(count...count) { $0.number(0...UInt16(9_999)) }
        return bigEndian(UInt16(count)) + bigEndian(Int16(count - 1))
            + bigEndian(pick([0, 0x4000] as [UInt16])) + bigEndian(UInt16(scale))
            + digits.flatMap(bigEndian)
    }

    private func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
