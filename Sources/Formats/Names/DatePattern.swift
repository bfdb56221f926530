internal import Foundation
import Values

/// The format of a time in a file name: `yyyy-MM-dd`.
struct DatePattern: Sendable, Equatable {
    enum Field: String, CaseIterable, Sendable {
        case year = "yyyy"
        case yearOfCentury = "yy"
        case month = "MM"
        case monthUnpadded = "M"
        case day = "dd"
        case dayUnpadded = "d"
        case hour = "HH"
        case hourUnpadded = "H"
        case minute = "mm"
        case second = "ss"
        case millisecond = "SSS"
    }

    private enum Element: Sendable, Equatable {
        case text(Character)
        case field(Field)
    }

    /// Why a text is not a pattern, and at which character, from 0.
    struct Fault: Error {
        let offset: Int
        let reason: String
    }

    /// `2026-01-31-235959`: it sorts by time and is safe in file names.
    static let standard = DatePattern(elements: [
        .field(.year), .text("-"), .field(.month), .text("-"), .field(.day), .text("-"),
        .field(.hour), .field(.minute), .field(.second),
    ])

    private let elements: [Element]

    private init(elements: [Element]) {
        self.elements = elements
    }

    init(_ text: String) throws(Fault) {
        var elements: [Element] = []
        var offsets: [(field: Field, offset: Int)] = []
        let characters = Array(text)
        var start = 0
        while start < characters.count {
            let letter = characters[start]
            var end = start + 1
            if letter.isLetter {
                while end < characters.count, characters[end] == letter { end += 1 }
                let field = try Self.field(String(characters[start..<end]), at: start)
                elements.append(.field(field))
                offsets.append((field, start))
            } else {
                elements.append(.text(letter))
            }
            start = end
        }
        guard !offsets.isEmpty else {
            throw Fault(offset: 0, reason: "a date pattern must have letters: \(Self.letters)")
        }
        try Self.refuseMixUps(offsets)
        self.elements = elements
    }

    private static let letters = Field.allCases.map(\.rawValue).joined(separator: ", ")

    private static func field(_ letters: String, at offset: Int) throws(Fault) -> Field {
        // In many libraries YYYY is the week-based year, which is never meant.
        let known = letters.first == "Y" ? letters.lowercased() : letters
        guard let field = Field(rawValue: known) else {
            throw Fault(
                offset: offset,
                reason: "\"\(shown(letters))\" is not a date pattern letter; these are: "
                    + "\(Self.letters). Put other letters outside of the placeholder")
        }
        return field
    }

    /// `yyyy-mm-dd` has minutes between year and day, and `HHMMss` months between hour and second.
    private static func refuseMixUps(_ fields: [(field: Field, offset: Int)]) throws(Fault) {
        let hours: [Field] = [.hour, .hourUnpadded]
        let dates: [Field] = [.year, .yearOfCentury, .day, .dayUnpadded]
        func has(_ some: [Field]) -> Bool { fields.contains { some.contains($0.field) } }
        for (index, (field, offset)) in fields.enumerated() {
            if field == .minute, has(dates), !has(hours) {
                throw Fault(
                    offset: offset,
                    reason: "\"mm\" is the minute, but the pattern has a date and no hour: the "
                        + "month is \"MM\". For minutes, use a separate placeholder: "
                        + "{{now|format:'mm'}}")
            }
            let isBehindHour = index > 0 && hours.contains(fields[index - 1].field)
            if [.month, .monthUnpadded].contains(field), isBehindHour {
                throw Fault(
                    offset: offset,
                    reason: "\"\(field.rawValue)\" is the month, but follows the hour: the minute "
                        + "is \"mm\". For the month, use a separate placeholder: "
                        + "{{now|format:'\(field.rawValue)'}}")
            }
        }
    }

    /// - Parameter time: The local time.
    func text(of time: WallTime) -> String {
        elements.map { element in
            switch element {
            case .text(let character): String(character)
            case .field(let field): Self.text(of: field, time)
            }
        }.joined()
    }

    private static func text(of field: Field, _ time: WallTime) -> String {
        switch field {
        case .year: digits(time.year, 4)
        case .yearOfCentury: digits(time.year % 100, 2)
        case .month: digits(time.month, 2)
        case .monthUnpadded: "\(time.month)"
        case .day: digits(time.day, 2)
        case .dayUnpadded: "\(time.day)"
        case .hour: digits(time.hour, 2)
        case .hourUnpadded: "\(time.hour)"
        case .minute: digits(time.minute, 2)
        case .second: digits(time.second, 2)
        case .millisecond: digits(time.millisecond, 3)
        }
    }

    private static func digits(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

/// A local date and time.
struct WallTime: Sendable, Equatable {
    let year, month, day, hour, minute, second, millisecond: Int

    /// 10 October 2010, 10:10:10: no other time has fields with more digits.
    static let widest = WallTime(
        microsecondsSince1970: 1_286_705_410_100_000, in: .gmt, daysLater: 0)

    /// - Parameter days: The number of days to add, at the same time of day.
    init(microsecondsSince1970 time: Int64, in zone: TimeZone, daysLater days: Int) {
        func split(_ value: Int64, _ unit: Int64) -> (Int64, Int64) {
            let rest = (value % unit + unit) % unit
            return ((value - rest) / unit, rest)
        }
        let (seconds, microseconds) = split(time, 1_000_000)
        let offset = zone.secondsFromGMT(
            for: Date(timeIntervalSince1970: TimeInterval(seconds)))
        // From here on it is local time, in which all days have 24 hours.
        let reading = seconds + Int64(offset) + Int64(days) * 86_400
        let (_, secondOfDay) = split(reading, 86_400)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = calendar.dateComponents(
            [.year, .month, .day], from: Date(timeIntervalSince1970: TimeInterval(reading)))
        year = date.year ?? 0
        month = date.month ?? 0
        day = date.day ?? 0
        hour = Int(secondOfDay / 3600)
        minute = Int(secondOfDay / 60 % 60)
        second = Int(secondOfDay % 60)
        millisecond = Int(microseconds / 1000)
    }
}
