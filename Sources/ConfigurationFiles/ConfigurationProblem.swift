/// A place in a file; both count from 1.
public struct Place: Hashable, Comparable, Sendable {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (left: Place, right: Place) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A problem of a configuration file, at one place.
public struct ConfigurationProblem: Hashable, Sendable {
    public let place: Place
    /// Names the object and the rule; safe to show.
    public let message: String
    /// The hint; nil if the message is sufficient.
    public let hint: String?

    init(_ place: Place, _ message: String, hint: String? = nil) {
        self.place = place
        self.message = message
        self.hint = hint
    }
}

/// All problems of a configuration file.
public struct InvalidConfiguration: Error, Equatable {
    /// In the order of their places; at least one.
    public let problems: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        // An alias repeats the problems of its anchor.
        var seen: Set<ConfigurationProblem> = []
        self.problems = problems.filter { seen.insert($0).inserted }
            .sorted { $0.place < $1.place }
    }
}
