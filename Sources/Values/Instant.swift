public import Foundation

/// A point in time to the microsecond, written in ISO 8601 and UTC:
/// `2025-03-01T12:00:00.000250Z`. The text and the value convert without loss.
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z, negative before.
    public var microsecondsSince1970: Int64

    public init(microsecondsSince1970: Int64) {
        self.microsecondsSince1970 = microsecondsSince1970
    }

    /// The microsecond nearest to `date`.
    public init(_ date: Date) {
        microsecondsSince1970 = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
    }

    /// Reads exactly what ``description`` writes; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let shape = Array("0000-00-00T00:00:00.000000Z".utf8)
        guard bytes.count == shape.count else { return nil }
        for (byte, expected) in zip(bytes, shape) {
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            guard expected == UInt8(ascii: "0") ? isDigit : byte == expected else { return nil }
        }
        func number(_ range: Range<Int>) -> Int64 {
            bytes[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        let day = CivilDay(
            year: Int(number(0..<4)), month: Int(number(5..<7)), day: Int(number(8..<10)))
        let seconds =
            ((Int64(day.number) * 24 + number(11..<13)) * 60 + number(14..<16)) * 60
            + number(17..<19)
        microsecondsSince1970 = seconds * 1_000_000 + number(20..<26)
        // 31 February, 25 o'clock and the like come out as another time.
        guard description == text else { return nil }
    }

    public static func < (first: Instant, second: Instant) -> Bool {
        first.microsecondsSince1970 < second.microsecondsSince1970
    }

    public var description: String {
        let seconds = microsecondsSince1970.flooredQuotient(by: 1_000_000)
        let micros = microsecondsSince1970 - seconds * 1_000_000
        let day = CivilDay(CivilDay.number(of: seconds))
        let second = seconds - day.start
        func digits(_ value: Int64, _ width: Int) -> String { "\(value)".padded(to: width) }
        return day.text + "T" + digits(second / 3600, 2) + ":" + digits(second / 60 % 60, 2)
            + ":" + digits(second % 60, 2) + "." + digits(micros, 6) + "Z"
    }
}

extension Instant: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let instant = Instant(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "a time is written like 2025-03-01T12:00:00.000250Z")
        }
        self = instant
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
