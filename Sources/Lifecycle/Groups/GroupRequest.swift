public import Values

/// The arguments of `create_orchestration_group` and `edit_orchestration_group`. Whether they have
/// exactly one valid trigger is checked when the command is applied.
public struct GroupRequest: Hashable, Sendable {
    /// At least one, each once; nil when not given.
    public var orchestrations: [Name]?
    public var isManual = false
    public var schedule: String?
    public var timeZone: String?
    public var catchUp: CatchUp?
    /// The name of the group that it runs after.
    public var after: Name?

    /// The most orchestrations of a group.
    public static let orchestrationsMax = 500

    init(_ given: Arguments) throws(Rejection) {
        orchestrations =
            given.has("orchestrations") ? try Self.orchestrations(given) : nil
        isManual = try given.boolean("manual")
        schedule = given.has("schedule") ? try given.string("schedule") : nil
        timeZone = given.has("time_zone") ? try given.string("time_zone") : nil
        if given.has("catch_up") {
            let word = try given.string("catch_up")
            catchUp = CatchUp(rawValue: word)
            if catchUp == nil {
                throw Rejection(
                    .invalidSchedule, "catch_up must be one or none, was \(quoted(word))",
                    hint: "one starts one run for all missed times, none skips them")
            }
        }
        after = try given.optionalName("after", of: .orchestrationGroup)
    }

    private static func orchestrations(_ given: Arguments) throws(Rejection) -> [Name] {
        let names = try given.names("orchestrations", of: .orchestration)
        if names.isEmpty {
            throw Rejection(
                .invalidOrchestrations, "orchestrations is empty",
                hint: "name one or more")
        }
        if names.count > orchestrationsMax {
            throw Rejection(
                .argumentTooLong,
                "orchestrations names \(names.count) orchestrations, at most "
                    + "\(orchestrationsMax) are allowed",
                hint: "create several groups that run after one another")
        }
        var seen: Set<String> = []
        for name in names where !seen.insert(name.key).inserted {
            throw Rejection(
                .invalidOrchestrations,
                "orchestrations names \(quoted(name.text)) more than once",
                hint: "name each once; names are case-insensitive")
        }
        return names
    }
}
