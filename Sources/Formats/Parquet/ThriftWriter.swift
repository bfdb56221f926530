/// Writes Thrift's compact protocol, used by Parquet's metadata.
struct ThriftWriter {
    private enum Kind: UInt8 {
        case yes = 1
        case no = 2
        case byte = 3
        case int32 = 5
        case int64 = 6
        case binary = 8
        case list = 9
        case structure = 12
    }

    let output: GrowingBytes
    /// The number of the previous field, in the current structure.
    private var last = 0

    init(_ output: GrowingBytes) { self.output = output }

    mutating func field(_ number: Int, _ value: Int32) {
        header(number, .int32)
        zigzag(Int64(value))
    }

    mutating func field(_ number: Int, _ value: Int64) {
        header(number, .int64)
        zigzag(value)
    }

    mutating func field(_ number: Int, _ value: Int8) {
        header(number, .byte)
        output.append(UInt8(bitPattern: value))
    }

    mutating func field(_ number: Int, _ value: Bool) {
        header(number, value ? .yes : .no)
    }

    mutating func field(_ number: Int, _ bytes: [UInt8]) {
        header(number, .binary)
        binary(bytes)
    }

    mutating func field(_ number: Int, _ text: String) { field(number, Array(text.utf8)) }

    /// A structure, or a union, which is a structure of one field.
    mutating func field(_ number: Int, _ body: (inout ThriftWriter) -> Void = { _ in }) {
        header(number, .structure)
        structure(body)
    }

    mutating func list(_ number: Int, _ values: [Int32]) {
        list(number, values.count, .int32)
        for value in values { zigzag(Int64(value)) }
    }

    mutating func list(_ number: Int, _ texts: [String]) {
        list(number, texts.count, .binary)
        for text in texts { binary(Array(text.utf8)) }
    }

    /// The header of a list of structures.
    mutating func structures(_ number: Int, _ count: Int) { list(number, count, .structure) }

    /// A structure as an element of a list, or at top level.
    mutating func structure(_ body: (inout ThriftWriter) -> Void) {
        let outer = last
        last = 0
        body(&self)
        output.append(0)
        last = outer
    }

    private mutating func list(_ number: Int, _ count: Int, _ kind: Kind) {
        header(number, .list)
        if count < 15 {
            output.append(UInt8(count) << 4 | kind.rawValue)
        } else {
            output.append(0xf0 | kind.rawValue)
            variable(UInt64(count))
        }
    }

    private mutating func header(_ number: Int, _ kind: Kind) {
        // All of Parquet's field numbers are within 15 of the previous one.
        output.append(UInt8(truncatingIfNeeded: number - last) << 4 | kind.rawValue)
        last = number
    }

    private func binary(_ bytes: [UInt8]) {
        variable(UInt64(bytes.count))
        bytes.withUnsafeBytes { output.append($0) }
    }

    private func zigzag(_ value: Int64) { variable(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    private func variable(_ value: UInt64) { output.append(variable: value) }
}

extension GrowingBytes {
    /// Appends seven bits a byte, the lowest first, as in Thrift and Parquet's run lengths.
    func append(variable value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}
