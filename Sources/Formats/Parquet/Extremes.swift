#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The minimum and maximum of a column chunk, in Parquet's order for its type, for its statistics.
struct Bounds {
    var least: [UInt8]
    var greatest: [UInt8]
    /// Whether they are exact values, and not just bounds.
    var leastIsExact = true
    var greatestIsExact = true
}

/// Determines the bounds of the values of pages.
protocol ExtremeFinding {
    mutating func add(_ value: UnsafeRawBufferPointer)
    /// Nil if there was no value, or if one of them has no order.
    var bounds: Bounds? { get }
    mutating func removeAll()
}

/// For numbers in natural order.
struct IntegerExtremes<Number: FixedWidthInteger & BitwiseCopyable>: ExtremeFinding {
    private var least = Number.max
    private var greatest = Number.min

    init() {}

    @inline(__always)
    mutating func add(_ value: UnsafeRawBufferPointer) {
        let number = value.loadUnaligned(as: Number.self)
        if number < least { least = number }
        if number > greatest { greatest = number }
    }

    var bounds: Bounds? {
        guard least <= greatest else { return nil }
        return Bounds(
            least: withUnsafeBytes(of: least) { Array($0) },
            greatest: withUnsafeBytes(of: greatest) { Array($0) })
    }

    mutating func removeAll() { self = Self() }
}

/// For floating point numbers. Readers differ in the order of NaN, so with one there are no bounds;
/// and as they may not distinguish the zeros, a bound of zero is the outer one.
struct FloatExtremes<Number: BinaryFloatingPoint & BitwiseCopyable>: ExtremeFinding {
    private var least = Number.infinity
    private var greatest = -Number.infinity
    private var hasNaN = false

    init() {}

    @inline(__always)
    mutating func add(_ value: UnsafeRawBufferPointer) {
        let number = value.loadUnaligned(as: Number.self)
        if number.isNaN { hasNaN = true }
        if number < least { least = number }
        if number > greatest { greatest = number }
    }

    var bounds: Bounds? {
        guard !hasNaN, least <= greatest else { return nil }
        let low = least == 0 ? -Number.zero : least
        let high = greatest == 0 ? Number.zero : greatest
        return Bounds(
            least: withUnsafeBytes(of: low) { Array($0) },
            greatest: withUnsafeBytes(of: high) { Array($0) })
    }

    mutating func removeAll() { self = Self() }
}

/// For bytes, compared as unsigned, or as two's complement with the highest byte first. Long ones
/// are truncated to valid bounds.
struct ByteExtremes: ExtremeFinding {
    enum Order {
        case unsigned, signed
        /// Unsigned, and truncated values are valid UTF-8.
        case text
    }

    /// The number of kept bytes of a value.
    static let bytesMax = 64

    let order: Order
    private let least = GrowingBytes()
    private let greatest = GrowingBytes()
    private var isEmpty = true
    private var leastIsExact = true
    private var greatestIsExact = true

    init(_ order: Order) { self.order = order }

    @inline(__always)
    mutating func add(_ value: UnsafeRawBufferPointer) {
        let kept = UnsafeRawBufferPointer(rebasing: value.prefix(Self.bytesMax))
        let isExact = kept.count == value.count
        let low = isEmpty ? -1 : compare(kept, least.bytes)
        if low <= 0 {
            // Of values with the same prefix, the untruncated one is the least.
            leastIsExact = low < 0 ? isExact : leastIsExact || isExact
            if low < 0 { replace(least, kept) }
        }
        let high = isEmpty ? 1 : compare(kept, greatest.bytes)
        if high >= 0 {
            greatestIsExact = high > 0 ? isExact : greatestIsExact && isExact
            if high > 0 { replace(greatest, kept) }
        }
        isEmpty = false
    }

    var bounds: Bounds? {
        guard !isEmpty else { return nil }
        var low = Array(least.bytes)
        var high = Array(greatest.bytes)
        if !leastIsExact, order == .text { Self.dropBrokenCharacter(&low) }
        if !greatestIsExact {
            // The next greater value of that many bytes; in texts an ASCII character is
            // incremented.
            let top: UInt8 = order == .text ? 0x7f : 0xff
            while let last = high.last, last >= top { high.removeLast() }
            guard let last = high.popLast() else { return nil }
            high.append(last + 1)
        }
        return Bounds(
            least: low, greatest: high, leastIsExact: leastIsExact,
            greatestIsExact: greatestIsExact)
    }

    mutating func removeAll() {
        isEmpty = true
        leastIsExact = true
        greatestIsExact = true
    }

    private func replace(_ bound: GrowingBytes, _ value: UnsafeRawBufferPointer) {
        bound.removeAll()
        bound.append(value)
    }

    @inline(__always)
    private func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        guard let first = left.first, let other = right.first,
            let start = left.baseAddress, let otherStart = right.baseAddress
        else { return left.count - right.count }
        if order == .signed, first != other {
            return Int(Int8(bitPattern: first)) - Int(Int8(bitPattern: other))
        }
        let difference = memcmp(start, otherStart, min(left.count, right.count))
        return difference != 0 ? Int(difference) : left.count - right.count
    }

    private static func dropBrokenCharacter(_ text: inout [UInt8]) {
        guard let start = text.lastIndex(where: { $0 & 0xc0 != 0x80 }) else { return }
        let length =
            switch text[start] {
            case ..<0x80: 1
            case ..<0xe0: 2
            case ..<0xf0: 3
            default: 4
            }
        if text.count - start < length { text.removeSubrange(start...) }
    }
}
