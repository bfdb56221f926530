/// The header of a member of a tar: POSIX's `ustar`, with an extended header (pax) before it if its
/// name or size does not fit.
struct TarHeader: Equatable {
    static let blockBytes = 512
    /// The largest size in eleven octal digits.
    static let sizeMax: Int64 = (1 << 33) - 1

    var name: String
    var size: Int64
    var modified: Int64

    /// All blocks of the header.
    var bytes: [UInt8] {
        var records: [UInt8] = []
        let name = Array(name.utf8)
        let isPlain = name.allSatisfy { $0 < 0x80 } && name.count <= 100
        // Old readers get the start of it.
        let short = isPlain ? name : Array(name.filter { $0 < 0x80 }.prefix(80))
        if !isPlain { records += Self.record("path", self.name) }
        if size > Self.sizeMax { records += Self.record("size", "\(size)") }
        var blocks: [UInt8] = []
        if !records.isEmpty {
            blocks += block(
                Array("PaxHeaders/".utf8) + short.prefix(80), size: Int64(records.count), "x")
            blocks += records + Self.padding(after: Int64(records.count))
        }
        return blocks + block(short, size: min(size, Self.sizeMax), "0")
    }

    /// A record of an extended header; its length counts itself.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count
        while "\(length)".utf8.count + rest.utf8.count != length {
            length = "\(length)".utf8.count + rest.utf8.count
        }
        return Array("\(length)\(rest)".utf8)
    }

    /// The padding of the last block.
    static func padding(after size: Int64) -> [UInt8] {
        let used = Int(size % Int64(blockBytes))
        return [UInt8](repeating: 0, count: used == 0 ? 0 : blockBytes - used)
    }

    private func block(_ name: [UInt8], size: Int64, _ type: Unicode.Scalar) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int64, digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
        }
        put(name, at: 0)
        put(octal(0o644, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(size, digits: 11), at: 124)
        put(octal(min(max(modified, 0), Self.sizeMax), digits: 11), at: 136)
        put(CollectionOfOne(UInt8(ascii: type)), at: 156)
        put("ustar\u{0}00".utf8, at: 257)
        // The sum over the block, with spaces instead of the sum.
        put(repeatElement(UInt8(ascii: " "), count: 8), at: 148)
        let sum = block.reduce(0) { $0 + Int64($1) }
        put(octal(sum, digits: 6) + [0, UInt8(ascii: " ")], at: 148)
        return block
    }
}
