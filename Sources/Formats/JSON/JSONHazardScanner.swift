/// Finds hazards in values that are valid JSON.
struct JSONHazardScanner {
    private(set) var found: JSONHazards = []
    /// Hashes of the keys of the enclosing objects, innermost last.
    private var keys: [UInt64] = []
    /// For each enclosing object and array: the index of its first key, nil for an array.
    private var containers: [Int?] = []

    /// The hazards found since the last call.
    mutating func take() -> JSONHazards {
        defer { found = [] }
        return found
    }

    /// Scans one value.
    mutating func scan(_ json: UnsafeBufferPointer<UInt8>) {
        keys.removeAll(keepingCapacity: true)
        containers.removeAll(keepingCapacity: true)
        var isKey = false
        var index = 0
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "\""):
                index += 1
                let hash = skipString(json, &index)
                if isKey { keys.append(hash) }
            case UInt8(ascii: "{"):
                containers.append(keys.count)
                isKey = true
            case UInt8(ascii: "["):
                containers.append(nil)
                isKey = false
            case UInt8(ascii: "}"), UInt8(ascii: "]"): leaveContainer()
            case UInt8(ascii: ","): isKey = (containers.last ?? nil) != nil
            case UInt8(ascii: ":"): isKey = false
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                scanNumber(json, &index)
                continue
            default: break
            }
            index += 1
        }
    }

    /// Scans the digits of a number.
    ///
    /// - Parameter index: Of the first digit; then of the first byte after the number.
    mutating func scanNumber(_ json: UnsafeBufferPointer<UInt8>, _ index: inout Int) {
        let start = index
        while index < json.count, Self.isOfNumber(json[index]) { index += 1 }
        // A shorter number without an exponent cannot be as large.
        let text = json[start..<index]
        let hasExponent = text.contains { $0 | 0x20 == UInt8(ascii: "e") }
        guard text.count > 308 || hasExponent else { return }
        if Double(String(decoding: text, as: UTF8.self))?.isInfinite == true {
            found.insert(.largeNumbers)
        }
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private mutating func leaveContainer() {
        guard let first = containers.popLast() ?? nil else { return }
        let own = keys[first...]
        if own.count > 1 {
            let sorted = own.sorted()
            if zip(sorted, sorted.dropFirst()).contains(where: ==) { found.insert(.repeatedKeys) }
        }
        keys.removeLast(own.count)
    }

    /// - Parameter index: Of the first byte within the quotes; then of the closing quote.
    /// - Returns: A hash of the text between them (FNV-1a).
    private mutating func skipString(
        _ json: UnsafeBufferPointer<UInt8>, _ index: inout Int
    ) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        while index < json.count, json[index] != UInt8(ascii: "\"") {
            hash = (hash ^ UInt64(json[index])) &* 0x100_0000_01b3
            guard json[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            let start = index
            skipEscape(json, &index)
            for byte in json[(start + 1)..<min(index, json.count)] {
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
            }
        }
        return hash
    }

    /// Skips one escape, or the two of a surrogate pair.
    private mutating func skipEscape(_ json: UnsafeBufferPointer<UInt8>, _ index: inout Int) {
        guard let unit = Self.codeUnit(json, at: index) else {
            index += 2
            return
        }
        index += 6
        guard (0xD800...0xDFFF).contains(unit) else { return }
        if unit < 0xDC00, let low = Self.codeUnit(json, at: index),
            (0xDC00...0xDFFF).contains(low)
        {
            index += 6
        } else {
            found.insert(.loneSurrogates)
        }
    }

    /// The code unit of the escape `\uXXXX` here; nil if there is none.
    private static func codeUnit(_ json: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt16? {
        guard index + 6 <= json.count, json[index] == UInt8(ascii: "\\"),
            json[index + 1] == UInt8(ascii: "u")
        else { return nil }
        return UInt16(String(decoding: json[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
    }
}
