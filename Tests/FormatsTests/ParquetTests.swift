import Testing

@testable import Formats

@Suite("A type in Parquet", .timeLimit(.minutes(15)))
struct ParquetTypeTests {
    private func column(
        _ id: UInt32, modifier: Int32 = -1, kind: ValueType.Kind = .base,
        element: ValueType? = nil
    ) -> ParquetColumn {
        ParquetColumn(
            TableColumn(
                name: "c", type: "", nullable: true,
                valueType: ValueType(id, modifier: modifier, kind: kind, element: element)))
    }

    private func numeric(_ precision: Int32, _ scale: Int32) -> ParquetType {
        column(1700, modifier: (precision << 16 | scale & 0x7ff) + 4).type
    }

    @Test func `of a numeric is a decimal where Parquet has one`() {
        #expect(numeric(12, 2) == .decimal(precision: 12, scale: 2))
        #expect(numeric(38, 38) == .decimal(precision: 38, scale: 38))
        #expect(numeric(39, 0) == .numericText)
        #expect(numeric(5, -2) == .numericText)
        #expect(numeric(3, 5) == .numericText)
        #expect(column(1700).type == .numericText)
    }

    @Test func `holds a decimal in the fewest bytes`() {
        #expect(numeric(9, 2).physical == .int32)
        #expect(numeric(10, 2).physical == .int64)
        #expect(numeric(18, 2).physical == .int64)
        #expect(numeric(19, 2).fixedBytes == 9)
        #expect(
            (1...38).map(ParquetType.decimalBytes) == [
                1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 6, 6, 6, 7, 7, 8, 8, 9, 9, 9, 10, 10, 11, 11, 11,
                12,
                12, 13, 13, 13, 14, 14, 15, 15, 16, 16, 16,
            ])
    }

    @Test func `is read as text where Parquet has none for it`() {
        #expect(column(1186).isReadAsText)
        #expect(column(99_999, kind: .composite).isReadAsText)
        #expect(!column(99_999, kind: .enum).isReadAsText)
        #expect(!column(1007, kind: .array, element: ValueType(23)).isReadAsText)
        #expect(column(1187, kind: .array, element: ValueType(1186)).isReadAsText)
        #expect(column(99_998, kind: .array, element: ValueType(99_999, kind: .enum)).isReadAsText)
    }

    @Test func `of a list is that of its elements, with their own precision`() {
        let price = column(
            99_998, kind: .array, element: ValueType(1700, modifier: 10 << 16 | 2 + 4))
        #expect(price.isList)
        #expect(price.type == .decimal(precision: 10, scale: 2))
    }
}

@Suite("Run lengths and packed bits", .timeLimit(.minutes(15)))
struct HybridRunsTests {
    /// As the format's definition reads them.
    private func decoded(_ bytes: [UInt8], width: Int, count: Int) -> [UInt32] {
        var numbers: [UInt32] = []
        var position = 0
        while numbers.count < count {
            var header = 0
            var shift = 0
            repeat {
                header |= Int(bytes[position] & 0x7f) << shift
                shift += 7
                position += 1
            } while bytes[position - 1] >= 0x80
            if header & 1 == 0 {
                var value: UInt32 = 0
                for index in 0..<((width + 7) / 8) {
                    value |= UInt32(bytes[position + index]) << (8 * index)
                }
                position += (width + 7) / 8
                numbers += Array(repeating: value, count: header >> 1)
            } else {
                for index in 0..<((header >> 1) * 8) {
                    var value: UInt32 = 0
                    for bit in 0..<width {
                        let place = index * width + bit
                        let isSet = bytes[position + place / 8] >> (place % 8) & 1
                        value |= UInt32(isSet) << bit
                    }
                    numbers.append(value)
                }
                position += (header >> 1) * width
            }
        }
        #expect(position == bytes.count)
        return Array(numbers.prefix(count))
    }

    @Test(arguments: [1, 2, 3, 7, 8, 9, 16, 17, 20])
    func `are read back as they were`(width: Int) {
        var state: UInt64 = 42
        for length in [1, 7, 8, 9, 63, 64, 65, 1_000] {
            var numbers: [UInt32] = []
            while numbers.count < length {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let number = UInt32(truncatingIfNeeded: state >> 33) & (1 << width - 1)
                let run = state >> 60 < 8 ? 1 : Int(state >> 52 & 31)
                numbers += Array(repeating: number, count: min(run, length - numbers.count))
            }
            let output = GrowingBytes()
            numbers.withUnsafeBufferPointer { HybridRuns.append($0, width: width, to: output) }

            #expect(decoded(Array(output.bytes), width: width, count: length) == numbers)
        }
    }

    @Test func `need a byte or two where all are the same`() {
        let output = GrowingBytes()
        [UInt8](repeating: 1, count: 60).withUnsafeBufferPointer {
            HybridRuns.append($0, width: 1, to: output)
        }

        #expect(Array(output.bytes) == [120, 1])
    }
}

@Suite("The bounds of a column chunk", .timeLimit(.minutes(15)))
struct ExtremesTests {
    private func bounds(_ values: [[UInt8]], _ order: ByteExtremes.Order) -> Bounds? {
        var extremes = ByteExtremes(order)
        for value in values { value.withUnsafeBytes { extremes.add($0) } }
        return extremes.bounds
    }

    @Test func `are the least and the greatest in the order of the type`() {
        let unsigned = bounds([[1], [0xff], [0, 9], []], .unsigned)
        #expect(unsigned?.least == [] && unsigned?.greatest == [0xff])

        let signed = bounds([[0, 1], [0xff, 0xff], [0x7f, 0], [0x80, 0]], .signed)
        #expect(signed?.least == [0x80, 0] && signed?.greatest == [0x7f, 0])
        #expect(bounds([], .text) == nil)
    }

    @Test func `are cut when they are long, and still are bounds in UTF-8`() {
        let long = Array(("a" + String(repeating: "ü", count: 50)).utf8)
        let cut = bounds([long, Array("a".utf8)], .text)
        #expect(cut?.least == Array("a".utf8) && cut?.leastIsExact == true)
        #expect(cut?.greatest == Array("b".utf8) && cut?.greatestIsExact == false)

        let only = bounds([long], .text)
        #expect(only?.least == Array(long.prefix(63)) && only?.leastIsExact == false)
        #expect(bounds([[UInt8](repeating: 0xff, count: 65)], .unsigned) == nil)
        let same = bounds(
            [[UInt8](repeating: 7, count: 64), [UInt8](repeating: 7, count: 65)], .unsigned)
        #expect(same?.leastIsExact == true && same?.greatestIsExact == false)
        #expect(same?.greatest.last == 8)
    }

    @Test func `are none with NaN, and the outer of the zeros`() {
        func bounds(_ values: [Double]) -> Bounds? {
            var extremes = FloatExtremes<Double>()
            for value in values { withUnsafeBytes(of: value) { extremes.add($0) } }
            return extremes.bounds
        }

        #expect(bounds([1, .nan]) == nil)
        #expect(bounds([]) == nil)
        #expect(bounds([0, -0.0])?.least == [0, 0, 0, 0, 0, 0, 0, 0x80])
        #expect(bounds([-0.0])?.greatest == [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(bounds([.infinity])?.least == bounds([.infinity])?.greatest)
    }
}
