public import Values

/// One command: its arguments as values, and how it changes the world.
///
/// One type per command, in a file per kind of object. Everything about a command is in its type;
/// ``CommandDefinition/types`` lists them all.
protocol Command: Sendable {
    /// Its name, the object that it is about, its arguments, and what its sender must be allowed to
    /// do. Every migration passes the same to the database.
    static var definition: CommandDefinition { get }

    /// - Throws: A ``Rejection`` that names the argument, the rule and what is allowed.
    init(_ given: Arguments) throws(Rejection)

    /// - Returns: The events, in order; none when nothing had to change.
    /// - Throws: A ``Refusal``; the world is then unchanged.
    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event]
}

/// A command whose only argument is the name of an object.
protocol CommandOnNamed: Command {
    init(name: Name)
}

extension CommandOnNamed {
    init(_ given: Arguments) throws(Rejection) {
        self.init(name: try given.name("name", of: Self.definition.lane))
    }
}

/// A command whose arguments are complete and well-formed; whether it may be applied depends on
/// the world.
public struct ParsedCommand: Sendable {
    public let definition: CommandDefinition
    let command: any Command
    private let named: [NamedObject]

    /// - Parameter arguments: An object; a null is an absent argument.
    /// - Throws: A ``Rejection`` that names the argument, the rule and what is allowed.
    public init(name: String, arguments: JSONValue) throws(Rejection) {
        guard let type = CommandDefinition.type(of: name) else {
            throw Rejection(
                .unknownCommand, "unknown command \(quoted(name))",
                hint: "commands: " + CommandDefinition.all.map(\.command).joined(separator: ", "))
        }
        definition = type.definition
        let given = try Arguments(of: definition, arguments)
        command = try type.init(given)
        named = try definition.objects(namedBy: given)
    }

    /// The objects that the command names, first the one that it is about: load them, where they
    /// exist, before deciding it.
    public func references(in environment: String) -> [Reference] {
        named.map { Reference(kind: $0.kind, environment: environment, key: $0.key) }
    }
}
