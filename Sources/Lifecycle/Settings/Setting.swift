import Values

/// A global setting, which administrators change with the command `change_setting`.
public enum Setting: String, Hashable, Sendable, CaseIterable {
    /// Whether data exports of production can be configured there, or by promotion only.
    case productionChanges = "production_changes"
    /// How many days of history are kept: `400d`. Workers remove older data once a day. `off` keeps
    /// it until it is pruned explicitly.
    case retention
    /// About how many commands of one role may wait to be applied; further ones are rejected when
    /// they are sent.
    case waitingCommandsMax = "waiting_commands_max"

    /// The value it has until it is changed.
    public var defaultValue: String {
        switch self {
        case .productionChanges: "any"
        case .retention: "off"
        case .waitingCommandsMax: "100000"
        }
    }

    static let promotionOnly = "promotion only"

    private func accepts(_ value: String) -> Bool {
        switch self {
        case .productionChanges: ["any", Self.promotionOnly].contains(value)
        case .retention: value == "off" || (try? /[1-9][0-9]{0,4}d/.wholeMatch(in: value)) != nil
        case .waitingCommandsMax: (try? /[1-9][0-9]{4,8}/.wholeMatch(in: value)) != nil
        }
    }

    /// The allowed values, as text.
    private var values: String {
        switch self {
        case .productionChanges: "values: 'any', '\(Self.promotionOnly)'"
        case .retention: "write 'off', or a number of days from 1 to 99999, for example '400d'"
        case .waitingCommandsMax: "write a number from 10000 to 999999999"
        }
    }

    init(_ given: Arguments) throws(Rejection) {
        let text = try given.string("name")
        guard let setting = Setting(rawValue: text) else {
            throw Rejection(
                .invalidChoice, "unknown setting \(quoted(text))",
                hint: "settings: " + Setting.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = setting
    }

    func value(_ given: Arguments) throws(Rejection) -> String {
        let text = try given.string("value")
        if accepts(text) { return text }
        throw Rejection(
            .invalidChoice, "\(rawValue) cannot be \(quoted(text))", hint: values)
    }
}

extension World {
    func value(of setting: Setting) -> String {
        settings[setting.rawValue] ?? setting.defaultValue
    }

    /// - Throws: ``RejectionCode/promotionOnly`` if data exports can be changed only by promotion.
    func requireChangesAllowed(_ action: Action, _ author: Author) throws(Refusal) {
        if action == .configureDataExports, author.environment == production,
            value(of: .productionChanges) == Setting.promotionOnly
        {
            throw .because(
                .promotionOnly,
                "\(author.command): data exports of production are changed by promotion only",
                hint: "create a sandbox (create_sandbox), change them there and promote it "
                    + "(promote_sandbox)")
        }
    }
}

/// A setting as a batch of commands leaves it.
public struct ChangedSetting: Hashable, Codable, Sendable {
    public let value: String
    public let changedBy: String

    enum CodingKeys: String, CodingKey {
        case value
        case changedBy = "changed_by"
    }
}
