/// Reads a tar that ``TarWriter`` wrote, from its start to its end.
final class TarReader: ArchiveReader {
    private enum State {
        case header
        /// Extended headers, of this many bytes including padding.
        case extended(bytes: Int)
        /// The remaining bytes of the member.
        case data(left: Int64)
        case padding(left: Int)
        /// One block of zeros was read.
        case firstEnd
        case end
    }

    private static let extendedBytesMax = 1 << 16

    private var state = State.header
    private var pending = PendingBytes()
    private var extended: [String: String] = [:]
    private var size: Int64 = 0

    func read(_ bytes: UnsafeRawBufferPointer, _ found: (ArchivePart) throws -> Void) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .header, .firstEnd:
                if let block = pending.take(TarHeader.blockBytes, from: &rest) {
                    try readHeader(block, found)
                }
            case .extended(let count):
                if let block = pending.take(count, from: &rest) { try readExtended(block) }
            case .data(let left):
                let part = rest.prefix(Int(min(left, Int64(rest.count))))
                rest = rest.dropFirst(part.count)
                try found(.bytes(UnsafeRawBufferPointer(rebasing: part)))
                try goOn(left - Int64(part.count), found)
            case .padding(let count):
                if let zeros = pending.take(count, from: &rest) {
                    guard zeros.allSatisfy({ $0 == 0 }) else {
                        throw ArchiveError.damaged("it has data between two files")
                    }
                    state = .header
                    try found(.end)
                }
            case .end: throw ArchiveError.damaged("it has data after its end")
            }
        }
    }

    func finish() throws {
        guard case .end = state else { throw ArchiveError.damaged("it ends too early") }
    }

    private func goOn(_ left: Int64, _ found: (ArchivePart) throws -> Void) throws {
        let padding = TarHeader.padding(after: size).count
        if left > 0 {
            state = .data(left: left)
        } else if padding > 0 {
            state = .padding(left: padding)
        } else {
            state = .header
            try found(.end)
        }
    }

    private func readHeader(
        _ block: [UInt8], _ found: (ArchivePart) throws -> Void
    ) throws {
        if block.allSatisfy({ $0 == 0 }), extended.isEmpty {
            if case .firstEnd = state { state = .end } else { state = .firstEnd }
            return
        }
        guard case .header = state else {
            throw ArchiveError.damaged("it has data after its end")
        }
        let sum = block.enumerated().reduce(0) {
            $0 + ((148..<156).contains($1.offset) ? 32 : Int64($1.element))
        }
        guard octal(block[148..<156]) == sum, let length = octal(block[124..<136]) else {
            throw ArchiveError.damaged("the header of a file in it has a wrong checksum")
        }
        if block[156] == UInt8(ascii: "x") {
            guard length > 0, length <= Self.extendedBytesMax else {
                throw ArchiveError.damaged("an extended header in it is too long")
            }
            size = length
            state = .extended(bytes: Int(length) + TarHeader.padding(after: length).count)
            return
        }
        size = length
        if let text = extended["size"] {
            guard let large = Int64(text), large >= 0 else {
                throw ArchiveError.damaged("an extended header in it has an invalid size")
            }
            size = large
        }
        let short = String(validating: block.prefix(100).prefix { $0 != 0 }, as: UTF8.self)
        guard block[156] == UInt8(ascii: "0"), let name = extended["path"] ?? short, !name.isEmpty
        else { throw ArchiveError.damaged("an entry in it is not a file") }
        extended = [:]
        try found(.member(name: name))
        try goOn(size, found)
    }

    /// Reads the records, `length key=value\n` each.
    private func readExtended(_ block: [UInt8]) throws {
        var rest = block.prefix(Int(size))
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: " ") }
            // By bytes: a mark after the sign, or a carriage return before the line feed, forms a
            // single character.
            guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count,
                length <= rest.count,
                case let record = rest.prefix(length).dropFirst(digits.count + 1),
                record.last == UInt8(ascii: "\n"),
                let equals = record.firstIndex(of: UInt8(ascii: "=")),
                let key = String(validating: record[..<equals], as: UTF8.self),
                let value = String(validating: record[(equals + 1)...].dropLast(), as: UTF8.self)
            else { throw ArchiveError.damaged("an extended header in it is invalid") }
            extended[key] = value
            rest = rest.dropFirst(length)
        }
        state = .header
    }

    private func octal(_ field: ArraySlice<UInt8>) -> Int64? {
        let digits = field.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        return Int64(String(decoding: digits, as: UTF8.self), radix: 8).flatMap {
            $0 < 0 ? nil : $0
        }
    }
}
