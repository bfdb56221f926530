/// A day of the Gregorian calendar, wherever it is.
struct CivilDay: Hashable, Sendable {
    /// Days since 1 January 1970.
    let number: Int
    let year: Int
    let month: Int
    /// Of the month, from 1.
    let day: Int

    static let seconds: Int64 = 86_400

    init(_ number: Int) {
        self.number = number
        // Years that begin on 1 March, so that the leap day is the last; eras of 400 of them.
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.year = year + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// 0 is Sunday; 1 January 1970 was a Thursday.
    var weekday: Int { (number % 7 + 11) % 7 }

    /// The number of the day in which a local moment lies, which is given in seconds since 1970 as
    /// if the zone were UTC.
    static func number(of local: Int64) -> Int {
        Int(local >= 0 ? local / seconds : (local - seconds + 1) / seconds)
    }

    /// When it begins, on the local clock: seconds since 1970 as if the zone were UTC.
    var start: Int64 { Int64(number) * Self.seconds }
}
