/// One of the five fields of a cron expression.
enum CronField: Int, CaseIterable {
    case minute, hour, dayOfMonth, month, dayOfWeek

    /// The field in a message: `cron field 2 (hour)`.
    var phrase: String { "cron field \(rawValue + 1) (\(word))" }

    private var word: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The allowed numbers; 7 is also Sunday.
    var numbers: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The names of its numbers, from the first one on, in lower case.
    private var names: [String] {
        switch self {
        case .month:
            [
                "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
            ]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        case .minute, .hour, .dayOfMonth: []
        }
    }

    /// The numbers that a field selects.
    ///
    /// - Throws: ``InvalidSchedule``, naming the field and the rule.
    func read(_ text: Substring) throws(InvalidSchedule) -> NumberSet {
        var chosen = NumberSet()
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "/", omittingEmptySubsequences: false)
            if parts.count > 2 {
                throw .expression("\(phrase) has more than one step, was \"\(item)\"")
            }
            let range = try range(parts[0])
            let step = parts.count == 2 ? try step(parts[1], of: item) : 1
            if step > 1, range.count == 1 {
                throw .expression(
                    "\(phrase) has a step without a range, was \"\(item)\"",
                    hint: "write \(parts[0])-\(numbers.upperBound)/\(step) or */\(step)")
            }
            for number in stride(from: range.lowerBound, through: range.upperBound, by: step) {
                chosen.insert(self == .dayOfWeek ? number % 7 : number)
            }
        }
        return chosen
    }

    private func range(_ text: Substring) throws(InvalidSchedule) -> ClosedRange<Int> {
        if text == "*" { return self == .dayOfWeek ? 0...6 : numbers }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        let first = try number(ends[0])
        guard ends.count > 1 else { return first...first }
        if ends.count > 2 {
            throw .expression("\(phrase) has a range of more than two ends, was \"\(text)\"")
        }
        var last = try number(ends[1])
        // To Sunday, as the last day of a week.
        if self == .dayOfWeek, last == 0, first > 0 { last = 7 }
        if last < first {
            throw .expression(
                "\(phrase) has a range that runs backwards, was \"\(text)\"",
                hint: "write two ranges: \(first)-\(numbers.upperBound),"
                    + "\(numbers.lowerBound)-\(last)")
        }
        return first...last
    }

    private func number(_ text: Substring) throws(InvalidSchedule) -> Int {
        if let index = names.firstIndex(of: text.lowercased()) {
            return index + numbers.lowerBound
        }
        let digits = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if digits, let number = Int(text), numbers.contains(number) { return number }
        let allowed = "\(numbers.lowerBound)-\(numbers.upperBound)"
        let orNames = names.isEmpty ? "" : " or \(names[0])-\(names[names.count - 1])"
        throw .expression(
            "\(phrase) must be \(allowed)\(orNames), was "
                + (digits && !text.isEmpty ? "\(text)" : "\"\(text)\""))
    }

    private func step(_ text: Substring, of item: Substring) throws(InvalidSchedule) -> Int {
        let stepMax = numbers.upperBound
        let digits = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if digits, let step = Int(text), (1...stepMax).contains(step) { return step }
        throw .expression("\(phrase) must have a step of 1-\(stepMax), was \"\(item)\"")
    }
}

/// Some of the numbers from 0 to 63.
struct NumberSet: Hashable, Sendable {
    private var bits: UInt64 = 0

    mutating func insert(_ number: Int) { bits |= 1 << UInt64(number) }
    func contains(_ number: Int) -> Bool { bits & (1 << UInt64(number)) != 0 }

    /// The number of elements.
    var count: Int { bits.nonzeroBitCount }
    var first: Int? { bits == 0 ? nil : bits.trailingZeroBitCount }
    /// In ascending order.
    var numbers: [Int] { (0..<64).filter(contains) }
}
