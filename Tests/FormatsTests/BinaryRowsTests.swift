import Testing

@testable import Formats

@Suite("Binary rows", .timeLimit(.minutes(15)))
struct BinaryRowsTests {
    static let header =
        Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0] + [UInt8](repeating: 0, count: 8)
    static let row: [UInt8] = [0, 2, 0, 0, 0, 1, 0x61, 0xff, 0xff, 0xff, 0xff]
    static let trailer: [UInt8] = [0xff, 0xff]

    private func read(_ parts: [[UInt8]], columns: Int = 2) throws -> [[String?]] {
        let rows = BinaryRows(columns: columns)
        var found: [[String?]] = []
        for part in parts {
            try part.withUnsafeBytes { bytes in
                try rows.read(bytes) { fields in
                    found.append(
                        fields.map { $0.isNull ? nil : String(decoding: $0.bytes, as: UTF8.self) })
                }
            }
        }
        #expect(rows.rows == Int64(found.count))
        return found
    }

    @Test func `are found in one message or in many`() throws {
        let all = Self.header + Self.row + Self.row + Self.trailer

        #expect(try read([all]) == [["a", nil], ["a", nil]])
        #expect(
            try read([Self.header + Self.row, Self.row, Self.trailer]) == [
                ["a", nil], ["a", nil],
            ])
        #expect(try read([Self.header, Self.row, Self.row]) == [["a", nil], ["a", nil]])
        #expect(try read([Self.header + Self.trailer]) == [])
        #expect(Self.header.count == BinaryRows.headerBytes)
    }

    @Test func `may have no values`() throws {
        #expect(try read([Self.header + [0, 0, 0, 0] + Self.trailer], columns: 0).count == 2)
    }

    @Test func `are refused when cut anywhere, and nothing is read beyond`() {
        let all = Self.header + Self.row + Self.trailer
        let ends = [0, Self.header.count, Self.header.count + Self.row.count]
        for count in 0..<all.count where !ends.contains(count) {
            #expect(throws: BinaryFormatError.self) { try read([Array(all.prefix(count))]) }
        }
        #expect(throws: BinaryFormatError.self) { try read([all + [0]]) }
        #expect(throws: BinaryFormatError.self) { try read([all], columns: 3) }
    }
}

@Suite("A binary numeric", .timeLimit(.minutes(15)))
struct BinaryNumericTests {
    /// A numeric as `numeric_send` writes it.
    private func with<T>(
        _ digits: [UInt16], weight: Int16, sign: UInt16 = 0, scale: UInt16,
        _ body: (BinaryNumeric) throws -> T
    ) throws -> T {
        let parts = [UInt16(digits.count), UInt16(bitPattern: weight), sign, scale] + digits
        let bytes = parts.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
        return try bytes.withUnsafeBytes { bytes in
            let start = try #require(bytes.baseAddress)
            return try body(try BinaryNumeric(BinaryField(start: start, count: bytes.count)))
        }
    }

    @Test(arguments: [
        ([UInt16](), Int16(0), UInt16(0), UInt16(0), "0"), ([], 0, 0, 3, "0.000"),
        ([12, 5000], 0, 0x4000, 2, "-12.50"), ([1], 1, 0, 0, "10000"),
        ([1, 0, 2], 2, 0, 0, "100000002"), ([5000], -1, 0, 1, "0.5"), ([1], -1, 0, 4, "0.0001"),
        ([1], -3, 0, 12, "0.000000000001"), ([1000], -3, 0, 9, "0.000000001"),
        ([9999, 9999], 0, 0, 4, "9999.9999"), ([], 0, 0xc000, 0, "NaN"),
        ([], 0, 0xd000, 0, "Infinity"), ([], 0, 0xf000, 0, "-Infinity"),
        ([1], 2, 0, 2, "100000000.00"),
    ])
    func `has the text that PostgreSQL shows`(
        digits: [UInt16], weight: Int16, sign: UInt16, scale: UInt16, text: String
    ) throws {
        try with(digits, weight: weight, sign: sign, scale: scale) { numeric in
            let output = GrowingBytes()
            numeric.appendText(to: output)
            #expect(String(decoding: output.bytes, as: UTF8.self) == text)
        }
    }

    @Test(arguments: [
        ([UInt16](), Int16(0), UInt16(0), 2, Int64(0)), ([12, 5000], 0, 0x4000, 2, -1250),
        ([12, 5000], 0, 0, 1, 125), ([1], 2, 0, 3, 100_000_000_000), ([1], -1, 0, 4, 1),
        ([1], -1, 0, 6, 100), ([9999, 9999, 9999, 9900], 2, 0, 2, 99_999_999_999_999),
        ([1], -2, 0, 8, 1), ([99, 9999, 9999, 9999, 9999], 4, 0, 0, 999_999_999_999_999_999),
    ])
    func `is scaled to a whole number`(
        digits: [UInt16], weight: Int16, sign: UInt16, scale: Int, whole: Int64
    ) throws {
        let limit: Int64 = 1_000_000_000_000_000_000
        try with(digits, weight: weight, sign: sign, scale: 0) { numeric in
            #expect(numeric.scaled(by: scale, below: limit) == whole)
            #expect(numeric.scaled(by: scale, below: Int128(limit)) == Int128(whole))
        }
    }

    @Test func `is not scaled when that would change it`() throws {
        try with([12, 5000], weight: 0, scale: 2) { numeric in
            #expect(numeric.scaled(by: 0, below: Int64.max) == nil)
            #expect(numeric.scaled(by: 1, below: Int64(125)) == nil)
        }
        try with([1], weight: -2, scale: 8) {
            #expect($0.scaled(by: 3, below: Int64.max) == nil)
        }
        try with([1], weight: 5_000, scale: 0) {
            #expect($0.scaled(by: 0, below: Int64.max) == nil)
        }
        try with([], weight: 0, sign: 0xc000, scale: 0) {
            #expect($0.scaled(by: 0, below: Int64.max) == nil)
        }
    }
}

@Suite("A binary array", .timeLimit(.minutes(15)))
struct BinaryArrayTests {
    @Test func `gives its shape and its elements`() throws {
        let bytes: [UInt8] =
            [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff]
            + [0, 0, 0, 1, 0x61, 0xff, 0xff, 0xff, 0xff]
        try bytes.withUnsafeBytes { bytes in
            let start = try #require(bytes.baseAddress)
            let array = try BinaryArray(BinaryField(start: start, count: bytes.count))
            var counts: [Int] = []
            try array.forEach { counts.append($0.count) }

            #expect(array.dimensions == 1 && array.count == 2)
            #expect(array.length(of: 0) == 2 && array.lowerBound(of: 0) == -1)
            #expect(counts == [1, -1])
            for count in 0..<bytes.count {
                #expect(throws: BinaryFormatError.self) {
                    try BinaryArray(BinaryField(start: start, count: count)).forEach { _ in }
                }
            }
        }
    }
}
