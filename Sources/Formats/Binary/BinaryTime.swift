/// Dates and times in PostgreSQL's binary format: days or microseconds since 2000-01-01.
enum BinaryTime {
    /// From 1970-01-01 to 2000-01-01.
    static let epochDays: Int32 = 10_957
    /// From 1970-01-01 to 2000-01-01.
    static let epochMicroseconds: Int64 = 946_684_800_000_000
    static let dayMicroseconds: Int64 = 86_400_000_000

    /// The value of a date or a timestamp.
    enum Moment<Number: Equatable & Sendable>: Equatable, Sendable {
        /// Days or microseconds since 1970-01-01.
        case since1970(Number)
        case infinity
        case minusInfinity
        /// Beyond the range of the number.
        case beyond
    }

    /// The days of a `date`.
    @inline(__always)
    static func date(_ field: BinaryField) throws(BinaryFormatError) -> Moment<Int32> {
        moment(try field.integer(Int32.self), epochDays)
    }

    /// The microseconds of a `timestamp`, or of a `timestamptz`, which is in UTC.
    @inline(__always)
    static func timestamp(_ field: BinaryField) throws(BinaryFormatError) -> Moment<Int64> {
        moment(try field.integer(Int64.self), epochMicroseconds)
    }

    @inline(__always)
    private static func moment<Number: FixedWidthInteger & Sendable>(
        _ number: Number, _ epoch: Number
    ) -> Moment<Number> {
        if number == .max { return .infinity }
        if number == .min { return .minusInfinity }
        let (sum, overflow) = number.addingReportingOverflow(epoch)
        return overflow ? .beyond : .since1970(sum)
    }

    /// The microseconds of a `time` since midnight: 0 to 86,400,000,000, which is 24:00.
    @inline(__always)
    static func time(_ field: BinaryField) throws(BinaryFormatError) -> Int64 {
        let microseconds = try field.integer(Int64.self)
        guard (0...dayMicroseconds).contains(microseconds) else {
            throw BinaryFormatError("a time outside the day")
        }
        return microseconds
    }
}
