/// A day of the Gregorian calendar, whose year 0 is 1 BC, wherever it is.
///
/// Computed as Howard Hinnant's `civil_from_days` and `days_from_civil` do
/// (<https://howardhinnant.github.io/date_algorithms.html>): no locale and no time zone changes it,
/// and it takes a fraction of what a calendar of Foundation does.
public struct CivilDay: Hashable, Sendable {
    /// Days since 1 January 1970.
    public let number: Int
    public let year: Int
    /// From 1.
    public let month: Int
    /// Of the month, from 1.
    public let day: Int

    public static let seconds: Int64 = 86_400

    /// From 1 March of the year 0 to 1 January 1970.
    private static let epoch = 719_468
    /// Of 400 years.
    private static let eraDays = 146_097

    /// - Parameter number: Days since 1 January 1970, negative before.
    public init(_ number: Int) {
        self.number = number
        // Years that begin on 1 March, so that the leap day is the last; eras of 400 of them.
        let shifted = number + Self.epoch
        let era = shifted.flooredQuotient(by: Self.eraDays)
        let dayOfEra = shifted - era * Self.eraDays
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.year = year + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The day of a date, or of what comes out where there is no such date: 31 April is 1 May.
    public init(year: Int, month: Int, day: Int) {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredQuotient(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(era * Self.eraDays + dayOfEra - Self.epoch)
    }

    /// 0 is Sunday; 1 January 1970 was a Thursday.
    public var weekday: Int { (number % 7 + 11) % 7 }

    /// The number of the day of a local time, which is given in seconds since 1970 as if the zone
    /// were UTC.
    public static func number(of local: Int64) -> Int {
        Int(local.flooredQuotient(by: seconds))
    }

    /// When it begins, on the local clock: seconds since 1970 as if the zone were UTC.
    public var start: Int64 { Int64(number) * Self.seconds }

    /// `2026-01-31`
    public var text: String {
        "\(year)".padded(to: 4) + "-" + "\(month)".padded(to: 2) + "-" + "\(day)".padded(to: 2)
    }
}

extension BinaryInteger {
    /// The quotient, rounded down also where it is negative.
    func flooredQuotient(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
