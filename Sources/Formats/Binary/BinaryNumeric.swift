/// A numeric in PostgreSQL's binary format: base-10,000 digits, a weight and a scale.
struct BinaryNumeric {
    enum Sign: UInt16 {
        case plus = 0
        case minus = 0x4000
        case nan = 0xc000
        case infinity = 0xd000
        case minusInfinity = 0xf000
    }

    let sign: Sign
    /// The power of 10,000 of the first digit.
    let weight: Int
    /// The number of decimal places.
    let scale: Int
    /// The number of base-10,000 digits.
    let count: Int
    private let digits: UnsafeRawPointer

    /// - Throws: ``BinaryFormatError``
    @inline(__always)
    init(_ field: BinaryField) throws(BinaryFormatError) {
        guard field.count >= 8 else { throw BinaryFormatError("a numeric is truncated") }
        func part(_ index: Int) -> UInt16 {
            UInt16(bigEndian: field.start.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
        }
        count = Int(part(0))
        weight = Int(Int16(bitPattern: part(1)))
        guard let sign = Sign(rawValue: part(2)), field.count == 8 + 2 * count else {
            throw BinaryFormatError("a numeric of unknown shape")
        }
        self.sign = sign
        scale = Int(part(3))
        digits = field.start + 8
        for index in 0..<count where digit(index) > 9_999 {
            throw BinaryFormatError("a numeric with a digit above 9999")
        }
    }

    var isFinite: Bool { sign == .plus || sign == .minus }

    /// A base-10,000 digit; the first is the most significant.
    @inline(__always)
    private func digit(_ index: Int) -> UInt16 {
        UInt16(bigEndian: digits.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
    }

    /// The value times ten to the power of `scale`, if that is a whole number below `limit`.
    @inline(__always)
    func scaled<Number: FixedWidthInteger & SignedInteger>(by scale: Int, below limit: Number)
        -> Number?
    {
        guard isFinite else { return nil }
        var total: Number = 0
        for index in 0..<count {
            // The power of ten of this digit.
            let power = 4 * (weight - index) + scale
            let digit = Number(truncatingIfNeeded: digit(index))
            if power >= 0 {
                guard let sum = total.times(10_000, plus: digit), sum < limit else { return nil }
                total = sum
            } else {
                let kept = max(0, 4 + power)
                let unit = Number(truncatingIfNeeded: Self.powers[4 - kept])
                let (quotient, rest) = digit.quotientAndRemainder(dividingBy: unit)
                guard rest == 0 else { return nil }
                guard kept > 0 else { continue }
                let factor = Number(truncatingIfNeeded: Self.powers[kept])
                guard let sum = total.times(factor, plus: quotient) else { return nil }
                total = sum
            }
        }
        var power = count == 0 ? 0 : max(0, 4 * (weight - count + 1) + scale)
        while power > 0, total != 0 {
            guard let product = total.times(10, plus: 0) else { return nil }
            total = product
            power -= 1
        }
        guard total < limit else { return nil }
        return sign == .minus ? -total : total
    }

    private static let powers: [Int] = [1, 10, 100, 1_000, 10_000]

    /// Appends PostgreSQL's text: `-12.50`, `NaN`, `-Infinity`.
    func appendText(to output: GrowingBytes) {
        switch sign {
        case .nan: return output.append("NaN")
        case .infinity: return output.append("Infinity")
        case .minusInfinity: return output.append("-Infinity")
        case .minus: output.append(UInt8(ascii: "-"))
        case .plus: break
        }
        if weight < 0 {
            output.append(UInt8(ascii: "0"))
        } else {
            for place in 0...weight { append(place, to: output, leading: place == 0) }
        }
        guard scale > 0 else { return }
        output.append(UInt8(ascii: "."))
        let end = output.count + scale
        var place = weight + 1
        if weight < -1 {
            // Places between the point and the first digit.
            place = 0
            for _ in 0..<min(-1 - weight, (scale + 3) / 4) { output.append("0000") }
        }
        while output.count < end {
            append(place, to: output, leading: false)
            place += 1
        }
        output.truncate(to: end)
    }

    /// Appends four decimal digits, without leading zeros at the start of a number.
    private func append(_ place: Int, to output: GrowingBytes, leading: Bool) {
        let value = place < count ? digit(place) : 0
        var unit: UInt16 = 1_000
        var isLeading = leading
        while unit > 0 {
            let digit = value / unit % 10
            if digit != 0 || unit == 1 { isLeading = false }
            if !isLeading { output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)) }
            unit /= 10
        }
    }
}

extension FixedWidthInteger {
    @inline(__always)
    fileprivate func times(_ factor: Self, plus summand: Self) -> Self? {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        let (sum, carry) = product.addingReportingOverflow(summand)
        return overflow || carry ? nil : sum
    }
}
