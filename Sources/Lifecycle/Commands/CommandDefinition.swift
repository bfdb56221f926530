/// What a command is called, which arguments it takes, in which lane it is applied, and what its
/// sender must be allowed to do.
public struct CommandDefinition: Hashable, Sendable {
    /// For example `create_data_export`.
    public let command: String
    /// The kind of object by which commands are serialized: the one that it is about.
    public let lane: ObjectKind
    /// The arguments that together give that object's key.
    public let key: [String]
    /// The arguments that give it when those of ``key`` are absent.
    public let keyWhenAbsent: [String]?
    /// The names of the arguments, in the order of the typed SQL function.
    public let parameters: [String]
    public let arguments: [String: Argument]
    /// Whether the run that it is about is loaded with what a resolution of it depends on.
    let resolvesRun: Bool
    /// What the sender must be allowed to do.
    let action: Action
    /// One sentence, for `\df+` and for the documentation.
    public let description: String

    /// - Parameters:
    ///   - lane: The kind of object that it is about.
    ///   - key: The arguments that give that object's key; by default its name.
    ///   - arguments: In the order of the typed SQL function.
    init(
        _ command: String, on lane: ObjectKind, key: [String] = ["name"],
        keyWhenAbsent: [String]? = nil, _ arguments: KeyValuePairs<String, Argument>,
        resolvesRun: Bool = false, for action: Action, _ description: String
    ) {
        self.command = command
        self.lane = lane
        self.key = key
        self.keyWhenAbsent = keyWhenAbsent
        parameters = arguments.map(\.key)
        self.arguments = Dictionary(
            arguments.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        self.resolvesRun = resolvesRun
        self.action = action
        self.description = description
    }
}

extension CommandDefinition {
    /// All commands of this release.
    static let types: [any Command.Type] =
        databaseCommands + dataExportCommands + destinationCommands + dataTemplateCommands
        + orchestrationCommands + policyCommands + sandboxCommands + settingCommands + runCommands
        + alertCommands + groupCommands

    public static let all = types.map { $0.definition }

    /// The definition of a command, by its name.
    public static func named(_ command: String) -> CommandDefinition? {
        type(of: command)?.definition
    }

    static func type(of command: String) -> (any Command.Type)? { byName[command] }

    private static let byName = Dictionary(
        types.map { ($0.definition.command, $0) }, uniquingKeysWith: { first, _ in first })
}
