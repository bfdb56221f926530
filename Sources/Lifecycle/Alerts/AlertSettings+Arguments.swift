import Values

// The arguments of `create_alert` and `edit_alert`.
extension AlertSettings {
    /// ``retrySecondsMax`` unless it is given: a day.
    public static let retrySecondsDefault: Int64 = 86_400
    private static let retrySecondsLimit: Int64 = 604_800
    private static let runtimeSecondsLimit: Int64 = 31_536_000

    /// - Throws: A ``Rejection`` that names the alert, the rule and what is allowed.
    init(_ given: Arguments, of alert: Name) throws(Rejection) {
        let check = AlertCheck(alert: alert)
        on = try check.events(try given.strings("on"))
        runtimeSecondsMax = try given.optionalInteger("runtime_seconds_max")
        credential =
            try given["credential"] == nil
            ? nil : given.credential(of: "alert \(quoted(alert.text))")
        program = given["program"] == nil ? nil : try given.strings("program")
        retrySecondsMax =
            try given.optionalInteger("retry_seconds_max") ?? Self.retrySecondsDefault

        if on.contains(.runtime) != (runtimeSecondsMax != nil) {
            throw check.invalid(
                "\"runtime\" and runtime_seconds_max require each other",
                hint: "give both, or neither: {\"on\": [\"runtime\"], "
                    + "\"runtime_seconds_max\": 7200}")
        }
        try check.range(runtimeSecondsMax, 1, Self.runtimeSecondsLimit, "runtime_seconds_max")
        try check.range(retrySecondsMax, 0, Self.retrySecondsLimit, "retry_seconds_max")
        if (credential != nil) == (program != nil) {
            throw check.invalid(
                "choose exactly one of: credential, program",
                hint: "use a credential of kind webhook to post to a URL, or program to run a "
                    + "program on a worker's machine")
        }
        if let program { try check.program(program) }
    }
}

/// Checks the arguments of one alert.
private struct AlertCheck {
    let alert: Name

    private static let programArgumentsMax = 64
    private static let programArgumentCharactersMax = 4096

    func invalid(_ rule: String, hint: String) -> Rejection {
        Rejection(.invalidAlert, "alert \(quoted(alert.text)): \(rule)", hint: hint)
    }

    func range(
        _ value: Int64?, _ least: Int64, _ most: Int64, _ argument: String
    ) throws(Rejection) {
        guard let value, !(least...most).contains(value) else { return }
        throw invalid(
            "\(argument) must be \(least) to \(most), was \(value)", hint: "the unit is seconds")
    }

    func events(_ names: [String]) throws(Rejection) -> [AlertEvent] {
        let known = AlertEvent.allCases.map(\.rawValue).joined(separator: ", ")
        for name in names where AlertEvent(rawValue: name) == nil {
            throw invalid("\"on\" has the unknown event \(quoted(name))", hint: "events: \(known)")
        }
        let events = AlertEvent.allCases.filter { names.contains($0.rawValue) }
        if events.isEmpty {
            throw invalid("\"on\" is empty", hint: "events: \(known)")
        }
        return events
    }

    func program(_ words: [String]) throws(Rejection) {
        guard let path = words.first, path.hasPrefix("/") else {
            throw invalid(
                "program must begin with the absolute path of a program",
                hint: "for example [\"/usr/local/bin/page\", \"--urgent\"]; arguments follow")
        }
        if words.count > Self.programArgumentsMax
            || words.contains(where: {
                $0.unicodeScalars.count > Self.programArgumentCharactersMax
                    || $0.unicodeScalars.contains("\0")
            })
        {
            throw invalid(
                "program has more than \(Self.programArgumentsMax) words, a word of more than "
                    + "\(Self.programArgumentCharactersMax) characters, or a word with an invalid "
                    + "character",
                hint: "pass longer input in a file")
        }
    }
}
