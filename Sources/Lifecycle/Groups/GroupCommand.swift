/// What a command asks of an orchestration group.
public enum GroupCommand: Hashable, Sendable {
    case create(GroupRequest)
    /// Changes only what is given.
    case edit(GroupRequest)
    case delete
    case enable
    case disable
    /// Starts a run of each of its orchestrations, or of none.
    case run
}

/// The arguments of `create_orchestration_group` and `edit_orchestration_group`. Whether they give
/// one trigger, and a valid one, is judged when the command is applied.
public struct GroupRequest: Hashable, Sendable {
    /// At least one, each once; nil when not given.
    public var orchestrations: [Name]?
    public var isManual = false
    public var schedule: String?
    public var timeZone: String?
    public var catchUp: CatchUp?
    /// The name of the group that it comes after.
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
                    hint: "one runs once for all times that were missed, none skips them")
            }
        }
        after = try given.optionalName("after", of: .orchestrationGroup)
    }

    private static func orchestrations(_ given: Arguments) throws(Rejection) -> [Name] {
        let names = try given.names("orchestrations", of: .orchestration)
        if names.isEmpty {
            throw Rejection(
                .invalidOrchestrations, "orchestrations names no orchestration",
                hint: "name one or more")
        }
        if names.count > orchestrationsMax {
            throw Rejection(
                .argumentTooLong,
                "orchestrations names \(names.count) orchestrations, at most "
                    + "\(orchestrationsMax) are allowed",
                hint: "make several groups, each after another")
        }
        var seen: Set<String> = []
        for name in names where !seen.insert(name.key).inserted {
            throw Rejection(
                .invalidOrchestrations,
                "orchestrations names \(quoted(name.text)) more than once",
                hint: "name each once; upper and lower case count as the same")
        }
        return names
    }
}

extension Command {
    static func ofGroup(_ command: String, _ given: Arguments) throws(Rejection) -> Command {
        let name = try given.name("name", of: .orchestrationGroup)
        switch command {
        case "create_orchestration_group":
            _ = try given.required("orchestrations")
            return .group(name, .create(try GroupRequest(given)))
        case "edit_orchestration_group": return .group(name, .edit(try GroupRequest(given)))
        case "enable_orchestration_group": return .group(name, .enable)
        case "disable_orchestration_group": return .group(name, .disable)
        case "run_orchestration_group": return .group(name, .run)
        default: return .group(name, .delete)
        }
    }
}

extension GroupCommand {
    /// The group, and the objects that the command names besides.
    func references(_ group: Name, in environment: String) -> [Reference] {
        var references = [
            Reference(kind: .orchestrationGroup, environment: environment, key: group.key)
        ]
        switch self {
        case .create(let request), .edit(let request):
            for name in request.orchestrations ?? [] {
                references.append(
                    Reference(kind: .orchestration, environment: environment, key: name.key))
            }
            if let after = request.after {
                references.append(
                    Reference(
                        kind: .orchestrationGroup, environment: environment, key: after.key))
            }
        case .delete, .enable, .disable, .run: break
        }
        return references
    }
}

extension CommandDefinition {
    static let ofGroups: [CommandDefinition] =
        [
            Self(
                "create_orchestration_group", lane: .orchestrationGroup, key: ["name"],
                ["name": .name, "orchestrations": .orchestrations].merging(trigger) { $1 }),
            Self(
                "edit_orchestration_group", lane: .orchestrationGroup, key: ["name"],
                ["name": .name, "orchestrations": .orchestrations.optional]
                    .merging(trigger) { $1 }),
        ]
        + ["delete", "enable", "disable", "run"].map {
            Self(
                "\($0)_orchestration_group", lane: .orchestrationGroup, key: ["name"],
                ["name": .name])
        }

    private static let trigger: [String: Argument] = [
        "manual": .flag, "schedule": .init(.string, required: false, charactersMax: 256),
        "time_zone": .init(.string, required: false, charactersMax: 64),
        "catch_up": .init(.string, required: false, choices: CatchUp.allCases.map(\.rawValue)),
        "after": .name.optional,
    ]
}

extension CommandDefinition.Argument {
    fileprivate static let orchestrations = Self(
        .names, itemsMax: GroupRequest.orchestrationsMax)
}
