/// Orchestrations that run together, as one unit.
public struct OrchestrationGroup: StoredObject {
    public let id: Int64
    public let environment: String
    public let name: String
    /// At least one, each once, in the order in which they were given.
    public var orchestrationIDs: [Int64]
    /// Whether it runs at all.
    public var isEnabled: Bool
    public var trigger: GroupTrigger
    /// When its schedule comes next, soonest first, in seconds since 1970; empty where it does not.
    ///
    /// Workers advance them, and compute them if they are missing.
    public var nextTimes: [Int64]
    /// The role in whose name it runs automatically: the one that last configured or enabled it.
    public var runsAs: String
    public let createdBy: String

    /// How many of its next times are shown.
    public static let nextTimesCount = 3

    enum CodingKeys: String, CodingKey {
        case id, environment, name
        case orchestrationIDs = "orchestration_ids"
        case isEnabled = "enabled"
        case nextTimes = "next_times"
        case runsAs = "runs_as"
        case createdBy = "created_by"
    }

    public init(
        id: Int64, environment: String, name: String, orchestrationIDs: [Int64],
        isEnabled: Bool = true, trigger: GroupTrigger, nextTimes: [Int64] = [], runsAs: String,
        createdBy: String
    ) {
        self.id = id
        self.environment = environment
        self.name = name
        self.orchestrationIDs = orchestrationIDs
        self.isEnabled = isEnabled
        self.trigger = trigger
        self.nextTimes = nextTimes
        self.runsAs = runsAs
        self.createdBy = createdBy
    }

    public static let kind = ObjectKind.orchestrationGroup
    public static var table: WritableKeyPath<World, ObjectTable<OrchestrationGroup>> {
        \.orchestrationGroups
    }

    public var uses: [ObjectID] {
        var uses = orchestrationIDs.map { ObjectID(.orchestration, $0) }
        if case .after(let id) = trigger { uses.append(ObjectID(.orchestrationGroup, id)) }
        return uses
    }
}

/// The trigger of a group.
public enum GroupTrigger: Hashable, Sendable {
    /// Only the command `run_orchestration_group`.
    case manual
    case schedule(GroupSchedule)
    /// A run of the group with this id that has fully succeeded.
    case after(Int64)

    /// The word for it in commands and views.
    var word: String {
        switch self {
        case .manual: "manual"
        case .schedule: "schedule"
        case .after: "after"
        }
    }
}

/// When a group runs. It was valid when it was saved.
public struct GroupSchedule: Hashable, Sendable {
    /// A cron expression, with single spaces.
    public let expression: String
    /// A name of the IANA database.
    public let timeZone: String
    public let catchUp: CatchUp

    public static let timeZoneDefault = "UTC"

    public init(expression: String, timeZone: String, catchUp: CatchUp) {
        self.expression = expression
        self.timeZone = timeZone
        self.catchUp = catchUp
    }
}

/// What happens to scheduled times that passed while no worker ran.
public enum CatchUp: String, Codable, Hashable, Sendable, CaseIterable {
    /// One run, immediately, for the latest of them.
    case one
    /// Nothing.
    case none
}

// The trigger's keys are next to those of the group; keys without a value are absent.
extension OrchestrationGroup {
    private enum TriggerKeys: String, CodingKey {
        case schedule
        case timeZone = "time_zone"
        case catchUp = "catch_up"
        case afterID = "after_id"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(Int64.self, forKey: .id)
        environment = try container.decode(String.self, forKey: .environment)
        name = try container.decode(String.self, forKey: .name)
        orchestrationIDs = try container.decode([Int64].self, forKey: .orchestrationIDs)
        isEnabled = try container.decode(Bool.self, forKey: .isEnabled)
        nextTimes = try container.decodeIfPresent([Int64].self, forKey: .nextTimes) ?? []
        runsAs = try container.decode(String.self, forKey: .runsAs)
        createdBy = try container.decode(String.self, forKey: .createdBy)
        let keys = try decoder.container(keyedBy: TriggerKeys.self)
        if let expression = try keys.decodeIfPresent(String.self, forKey: .schedule) {
            trigger = .schedule(
                GroupSchedule(
                    expression: expression,
                    timeZone: try keys.decode(String.self, forKey: .timeZone),
                    catchUp: try keys.decode(CatchUp.self, forKey: .catchUp)))
        } else if let after = try keys.decodeIfPresent(Int64.self, forKey: .afterID) {
            trigger = .after(after)
        } else {
            trigger = .manual
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(environment, forKey: .environment)
        try container.encode(name, forKey: .name)
        try container.encode(orchestrationIDs, forKey: .orchestrationIDs)
        try container.encode(isEnabled, forKey: .isEnabled)
        try container.encode(nextTimes, forKey: .nextTimes)
        try container.encode(runsAs, forKey: .runsAs)
        try container.encode(createdBy, forKey: .createdBy)
        var keys = encoder.container(keyedBy: TriggerKeys.self)
        switch trigger {
        case .manual: break
        case .after(let id): try keys.encode(id, forKey: .afterID)
        case .schedule(let schedule):
            try keys.encode(schedule.expression, forKey: .schedule)
            try keys.encode(schedule.timeZone, forKey: .timeZone)
            try keys.encode(schedule.catchUp, forKey: .catchUp)
        }
    }
}
