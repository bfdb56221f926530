import Values

/// The five fields of a cron expression: the minutes of the local clock that it selects.
///
/// Lists, ranges, steps, three-letter names of months and weekdays, 0 and 7 for Sunday. If both
/// days are restricted, that is do not begin with `*`, a day matches if either does. The words
/// `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually` have their
/// usual meaning.
struct CronExpression: Hashable, Sendable {
    let minutes: NumberSet
    let hours: NumberSet
    private let days: NumberSet
    private let months: NumberSet
    private let weekdays: NumberSet
    private let eitherDay: Bool

    /// Whether it runs in every hour, so that it follows elapsed hours and not times of the day.
    var isEveryHour: Bool { hours.count == 24 }

    private static let words = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
        "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    ]

    /// - Throws: ``InvalidSchedule``.
    init(_ text: String) throws(InvalidSchedule) {
        let trimmed = text.split(whereSeparator: \.isWhitespace)
        let written =
            trimmed.count == 1
            ? Self.words[trimmed[0].lowercased()].map { $0.split(separator: " ") } ?? trimmed
            : trimmed
        if written.count == 1, written[0].hasPrefix("@") {
            throw .expression(
                "unknown schedule \"\(written[0])\"",
                hint: "words: \(Self.words.keys.sorted().joined(separator: ", "))")
        }
        let fields = CronField.allCases
        guard written.count == fields.count else {
            throw .expression(
                "a schedule must have five fields, separated by spaces, has \(written.count)")
        }
        minutes = try CronField.minute.read(written[0])
        hours = try CronField.hour.read(written[1])
        days = try CronField.dayOfMonth.read(written[2])
        months = try CronField.month.read(written[3])
        weekdays = try CronField.dayOfWeek.read(written[4])
        eitherDay = !written[2].hasPrefix("*") && !written[4].hasPrefix("*")
        if !eitherDay, !hasDay {
            throw .expression(
                "the schedule \"\(text)\" can never fire: none of its months has a day "
                    + "\(days.first ?? 31)",
                hint: "choose a day that exists in these months")
        }
    }

    /// Whether the selected months have a selected day. Each falls on every weekday eventually,
    /// even 29 February.
    private var hasDay: Bool {
        let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return months.numbers.contains { (days.first ?? 32) <= lengths[$0 - 1] }
    }

    func matches(_ day: CivilDay) -> Bool {
        guard months.contains(day.month) else { return false }
        let isDay = days.contains(day.day)
        let isWeekday = weekdays.contains(day.weekday)
        return eitherDay ? isDay || isWeekday : isDay && isWeekday
    }
}
