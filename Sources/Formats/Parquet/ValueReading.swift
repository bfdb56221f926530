/// Converts a non-null value from PostgreSQL's bytes to those of a Parquet page.
protocol ValueReading {
    associatedtype Extremes: ExtremeFinding

    /// The bytes of the value in a page, without a length prefix.
    ///
    /// - Parameter scratch: Space for 16 bytes, if they are not in the field itself.
    /// - Throws: ``BinaryFormatError``, ``Unrepresentable``
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer

    func makeExtremes() -> Extremes
}

/// A value that Parquet's type cannot represent.
struct Unrepresentable: Error {
    let value: String
    /// The type that cannot represent it, unless it is the column's type.
    var target: String?
}

extension ValueReading {
    @inline(__always)
    fileprivate func store<Number: BitwiseCopyable>(
        _ number: Number, _ scratch: UnsafeMutableRawPointer
    ) -> UnsafeRawBufferPointer {
        scratch.storeBytes(of: number, as: Number.self)
        return UnsafeRawBufferPointer(start: scratch, count: MemoryLayout<Number>.size)
    }
}

/// Integers of a size of Parquet, or widened to one.
struct IntegerReading<Sent, Kept>: ValueReading
where
    Sent: FixedWidthInteger & BitwiseCopyable, Kept: FixedWidthInteger & BitwiseCopyable
{
    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        store(Kept(truncatingIfNeeded: try field.integer(Sent.self)).littleEndian, scratch)
    }

    func makeExtremes() -> IntegerExtremes<Kept> { IntegerExtremes() }
}

struct BoolReading: ValueReading {
    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        store(UInt8(try field.bool() ? 1 : 0), scratch)
    }

    func makeExtremes() -> IntegerExtremes<UInt8> { IntegerExtremes() }
}

struct FloatReading: ValueReading {
    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        store(try field.integer(UInt32.self).littleEndian, scratch)
    }

    func makeExtremes() -> FloatExtremes<Float> { FloatExtremes() }
}

struct DoubleReading: ValueReading {
    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        store(try field.integer(UInt64.self).littleEndian, scratch)
    }

    func makeExtremes() -> FloatExtremes<Double> { FloatExtremes() }
}

struct DateReading: ValueReading {
    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        switch try BinaryTime.date(field) {
        case .since1970(let days): return store(days.littleEndian, scratch)
        case .infinity: throw Unrepresentable(value: "infinity")
        case .minusInfinity: throw Unrepresentable(value: "-infinity")
        case .beyond: throw Unrepresentable(value: "a date beyond the year 5874897")
        }
    }

    func makeExtremes() -> IntegerExtremes<Int32> { IntegerExtremes() }
}

struct TimestampReading: ValueReading {
    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        switch try BinaryTime.timestamp(field) {
        case .since1970(let microseconds): return store(microseconds.littleEndian, scratch)
        case .infinity: throw Unrepresentable(value: "infinity")
        case .minusInfinity: throw Unrepresentable(value: "-infinity")
        case .beyond: throw Unrepresentable(value: "a time after 294247-01-10 04:00:54.775807 UTC")
        }
    }

    func makeExtremes() -> IntegerExtremes<Int64> { IntegerExtremes() }
}

struct TimeReading: ValueReading {
    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        let microseconds = try BinaryTime.time(field)
        guard microseconds < BinaryTime.dayMicroseconds else {
            throw Unrepresentable(value: "24:00:00")
        }
        return store(microseconds.littleEndian, scratch)
    }

    func makeExtremes() -> IntegerExtremes<Int64> { IntegerExtremes() }
}

/// Decimals stored as integers.
struct DecimalReading<Kept>: ValueReading
where Kept: FixedWidthInteger & SignedInteger & BitwiseCopyable {
    let precision: Int
    let scale: Int
    private let limit: Kept

    init(precision: Int, scale: Int) {
        self.precision = precision
        self.scale = scale
        limit = decimalLimit(precision)
    }

    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        let numeric = try BinaryNumeric(field)
        guard let whole = numeric.scaled(by: scale, below: limit) else {
            throw Unrepresentable(numeric)
        }
        return store(whole.littleEndian, scratch)
    }

    func makeExtremes() -> IntegerExtremes<Kept> { IntegerExtremes() }
}

/// Decimals of more than 18 digits: big-endian two's complement.
struct WideDecimalReading: ValueReading {
    let scale: Int
    private let bytes: Int
    private let limit: Int128

    init(precision: Int, scale: Int) {
        self.scale = scale
        bytes = ParquetType.decimalBytes(precision)
        limit = decimalLimit(precision)
    }

    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        let numeric = try BinaryNumeric(field)
        guard let whole = numeric.scaled(by: scale, below: limit) else {
            throw Unrepresentable(numeric)
        }
        let all = store(whole.bigEndian, scratch)
        return UnsafeRawBufferPointer(rebasing: all.suffix(bytes))
    }

    func makeExtremes() -> ByteExtremes { ByteExtremes(.signed) }
}

extension Unrepresentable {
    fileprivate init(_ numeric: BinaryNumeric) {
        target = nil
        switch numeric.sign {
        case .nan: value = "NaN"
        case .infinity: value = "Infinity"
        case .minusInfinity: value = "-Infinity"
        case .plus, .minus: value = "a number of more digits than its type allows"
        }
    }
}

private func decimalLimit<Number: FixedWidthInteger>(_ precision: Int) -> Number {
    var limit: Number = 1
    for _ in 0..<precision { limit *= 10 }
    return limit
}

/// Numerics as PostgreSQL's text.
struct NumericTextReading: ValueReading {
    private let text = GrowingBytes()

    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        text.removeAll()
        try BinaryNumeric(field).appendText(to: text)
        return text.bytes
    }

    func makeExtremes() -> ByteExtremes { ByteExtremes(.text) }
}

/// Bytes that are unchanged in pages.
struct BytesReading: ValueReading {
    let order: ByteExtremes.Order
    /// The required number of bytes; nil for any.
    var count: Int?

    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        if let count, field.count != count {
            throw BinaryFormatError("a value of \(field.count) bytes instead of \(count)")
        }
        return field.bytes
    }

    func makeExtremes() -> ByteExtremes { ByteExtremes(order) }
}

struct JSONBReading: ValueReading {
    @inline(__always)
    func page(
        _ field: BinaryField, _ scratch: UnsafeMutableRawPointer
    ) throws -> UnsafeRawBufferPointer {
        try field.jsonb()
    }

    func makeExtremes() -> ByteExtremes { ByteExtremes(.text) }
}
