/// What a command is called, which arguments it takes and in which lane it is applied.
public struct CommandDefinition: Hashable, Codable, Sendable {
    /// For example `create_data_export`.
    public let command: String
    /// The kind of object that commands wait for one another on.
    public let lane: ObjectKind
    /// The arguments that together give that object's key.
    public let key: [String]
    /// The arguments that give it when those of ``key`` are absent.
    public let keyWhenAbsent: [String]?
    public let arguments: [String: Argument]

    enum CodingKeys: String, CodingKey {
        case command, lane, key
        case keyWhenAbsent = "key_when_absent"
        case arguments
    }

    /// One argument of a command.
    public struct Argument: Hashable, Codable, Sendable {
        public let type: ArgumentType
        /// An argument that is not required may be absent or null.
        public let required: Bool
        /// The most Unicode scalars of a string.
        public let charactersMax: Int?
        /// The most elements of a list.
        public let itemsMax: Int?
        /// The only values allowed; nil for any.
        public let choices: [String]?

        enum CodingKeys: String, CodingKey {
            case type, required
            case charactersMax = "characters_max"
            case itemsMax = "items_max"
            case choices
        }

        init(
            _ type: ArgumentType, required: Bool = true, charactersMax: Int? = nil,
            itemsMax: Int? = nil, choices: [String]? = nil
        ) {
            self.type = type
            self.required = required
            self.charactersMax = charactersMax
            self.itemsMax = itemsMax
            self.choices = choices
        }

        /// The same argument, not required.
        var optional: Argument {
            Argument(
                type, required: false, charactersMax: charactersMax, itemsMax: itemsMax,
                choices: choices)
        }
    }

    /// The JSON type of an argument.
    public enum ArgumentType: String, Codable, Hashable, Sendable, CaseIterable {
        case string, boolean, integer, object
        /// An array of strings `schema.table`, or the string `all`.
        case tables
        /// An array of strings.
        case strings
        /// An array of names.
        case names

        /// The type in a message.
        var words: String {
            switch self {
            case .string: "a string"
            case .boolean: "a boolean"
            case .integer: "an integer"
            case .object: "an object"
            case .tables: "an array of table names or \"all\""
            case .strings: "an array of strings"
            case .names: "an array of names"
            }
        }
    }

    init(
        _ command: String, lane: ObjectKind, key: [String], keyWhenAbsent: [String]? = nil,
        _ arguments: [String: Argument]
    ) {
        self.command = command
        self.lane = lane
        self.key = key
        self.keyWhenAbsent = keyWhenAbsent
        self.arguments = arguments
    }
}

extension CommandDefinition.Argument {
    static let name = Self(.string, charactersMax: Name.charactersMax)
    static let credential = Self(.string, charactersMax: 256)
    static let table = Self(.string, charactersMax: TableName.charactersMax)
    static let tables = Self(.tables, itemsMax: TableSelection.tablesMax)
    static let settings = Self(.object)
    static let flag = Self(.boolean, required: false)
    static let text = Self(.string, charactersMax: Sandbox.textCharactersMax)
    /// The name of a database role.
    static let role = Self(.string, charactersMax: 63)
    static let policy = Self(.string, choices: Policy.allCases.map(\.rawValue))
}

extension CommandDefinition {
    /// All commands of this release.
    public static let all = ofConfiguration + ofAlerts + ofGroups

    private static let ofConfiguration: [CommandDefinition] = [
        Self(
            "register_database", lane: .database, key: ["name"],
            ["name": .name, "credential": .credential]),
        Self(
            "edit_database", lane: .database, key: ["name"],
            ["name": .name, "credential": .credential]),
        Self("unregister_database", lane: .database, key: ["name"], ["name": .name]),

        Self(
            "create_data_export", lane: .dataExport, key: ["name"],
            ["name": .name, "database": .name.optional, "tables": .tables.optional]),
        Self(
            "edit_data_export", lane: .dataExport, key: ["name"],
            ["name": .name, "database": .name.optional, "tables": .tables.optional]),
        Self(
            "add_tables", lane: .dataExport, key: ["name"], ["name": .name, "tables": .tables]),
        Self(
            "remove_tables", lane: .dataExport, key: ["name"], ["name": .name, "tables": .tables]),
        Self(
            "edit_table", lane: .dataExport, key: ["name"],
            ["name": .name, "table": .table, "settings": .settings]),
        Self(
            "switch_database", lane: .dataExport, key: ["name"],
            ["name": .name, "database": .name, "tables": .tables.optional]),
        Self("activate_data_export", lane: .dataExport, key: ["name"], ["name": .name]),
        Self(
            "roll_back_data_export", lane: .dataExport, key: ["name"],
            ["name": .name, "version": .init(.integer)]),
        Self("discard_draft", lane: .dataExport, key: ["name"], ["name": .name]),
        Self("delete_data_export", lane: .dataExport, key: ["name"], ["name": .name]),

        Self(
            "create_destination", lane: .destination, key: ["name"],
            [
                "name": .name, "kind": .init(.string, choices: Destination.kinds),
                "settings": .settings, "administrators_only": .init(.boolean, required: false),
            ]),
        Self(
            "edit_destination", lane: .destination, key: ["name"],
            [
                "name": .name, "settings": .settings.optional, "administrators_only": .flag,
                "kind": .init(.string, choices: Destination.kinds).optional,
            ]),
        Self("delete_destination", lane: .destination, key: ["name"], ["name": .name]),
        Self("test_destination", lane: .destination, key: ["name"], ["name": .name]),

        Self(
            "create_data_template", lane: .dataTemplate, key: ["destination", "name"],
            ["destination": .name, "name": .name, "settings": .settings]),
        Self(
            "edit_data_template", lane: .dataTemplate, key: ["destination", "name"],
            ["destination": .name, "name": .name, "settings": .settings]),
        Self(
            "delete_data_template", lane: .dataTemplate, key: ["destination", "name"],
            ["destination": .name, "name": .name]),

        Self(
            "add_orchestration", lane: .orchestration, key: ["name"],
            keyWhenAbsent: ["data_export"],
            [
                "data_export": .name, "destination": .name, "data_template": .name,
                "name": .name.optional,
            ]),
        Self(
            "edit_orchestration", lane: .orchestration, key: ["name"],
            [
                "name": .name, "data_export": .name.optional, "destination": .name.optional,
                "data_template": .name.optional,
            ]),
        Self("delete_orchestration", lane: .orchestration, key: ["name"], ["name": .name]),
        Self("run_orchestration", lane: .orchestration, key: ["name"], ["name": .name]),
        Self("plan_run", lane: .orchestration, key: ["name"], ["name": .name]),

        Self(
            // One lane a policy, so that no two at once can take the last administrators.
            "grant_policy", lane: .policyAssignment, key: ["policy"],
            [
                "role": .role, "policy": .policy, "all_environments": .flag, "denial": .flag,
                "allow_sandbox_administration": .flag, "restrict_data_exports": .flag,
            ]),
        Self(
            "revoke_policy", lane: .policyAssignment, key: ["policy"],
            ["role": .role, "policy": .policy, "all_environments": .flag]),

        Self(
            "create_sandbox", lane: .sandbox, key: ["name"],
            ["name": .name, "description": .text.optional]),
        Self(
            "pull_sandbox", lane: .sandbox, key: ["name"],
            [
                "name": .name,
                "keep": .init(
                    .string, required: false,
                    choices: ConfigurationMerge.Side.allCases.map(\.rawValue)),
            ]),
        Self(
            "promote_sandbox", lane: .sandbox, key: ["name"],
            ["name": .name, "message": .text, "delete": .flag]),
        Self(
            "delete_sandbox", lane: .sandbox, key: ["name"], ["name": .name, "confirm": .name]),
        Self(
            "change_setting", lane: .setting, key: ["name"],
            [
                "name": .init(.string, choices: Setting.allCases.map(\.rawValue)),
                "value": .init(.string),
            ]),

        Self("stop_run", lane: .run, key: ["run"], ["run": .init(.integer)]),
        Self("retry_run", lane: .run, key: ["run"], ["run": .init(.integer)]),
        Self("restart_run", lane: .run, key: ["run"], ["run": .init(.integer)]),
        Self(
            "skip_task", lane: .run, key: ["run"], ["run": .init(.integer), "table": .table]),
        Self(
            "abandon_run", lane: .run, key: ["run"],
            ["run": .init(.integer), "confirm": .name, "reason": .text]),
    ]

    /// The definition of a command, by its name.
    public static func named(_ command: String) -> CommandDefinition? { byName[command] }

    private static let byName = Dictionary(
        all.map { ($0.command, $0) }, uniquingKeysWith: { first, _ in first })
}
