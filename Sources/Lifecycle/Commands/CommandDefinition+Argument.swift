import Values

extension CommandDefinition {
    /// One argument of a command.
    public struct Argument: Hashable, Sendable {
        public let type: ArgumentType
        /// An argument that is not required may be absent or null.
        public private(set) var required = true
        /// The most Unicode scalars of a string.
        public private(set) var charactersMax: Int?
        /// The most elements of a list.
        public private(set) var itemsMax: Int?
        /// The only values allowed; nil for any.
        public private(set) var choices: [String]?
        /// The object that the argument names, besides the one that the command is about.
        private(set) var naming: Naming?

        init(
            _ type: ArgumentType, charactersMax: Int? = nil, itemsMax: Int? = nil,
            choices: [String]? = nil
        ) {
            self.type = type
            self.charactersMax = charactersMax
            self.itemsMax = itemsMax
            self.choices = choices
        }

        /// The same argument, not required.
        var optional: Argument {
            var argument = self
            argument.required = false
            return argument
        }

        /// The same argument, naming an object.
        ///
        /// - Parameter scope: The argument that names what that object belongs to.
        func naming(_ kind: ObjectKind, in scope: String? = nil) -> Argument {
            var argument = self
            argument.naming = Naming(kind: kind, scope: scope)
            return argument
        }
    }

    /// What an argument names.
    struct Naming: Hashable, Sendable {
        let kind: ObjectKind
        /// The argument that names what the object belongs to; nil where names of its kind are
        /// unique.
        let scope: String?
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
            case .integer: "a whole number of at most 18 digits"
            case .object: "an object"
            case .tables: "an array of table names or \"all\""
            case .strings: "an array of strings"
            case .names: "an array of names"
            }
        }
    }
}

extension CommandDefinition.Argument {
    /// White space around a name does not count towards its limit.
    static let name = Self(.string, charactersMax: 2 * Name.charactersMax)
    static let credential = Self(.string, charactersMax: 256)
    static let table = Self(.string, charactersMax: TableName.charactersMax)
    static let tables = Self(.tables, itemsMax: TableSelection.tablesMax)
    static let settings = Self(.object)
    /// False unless it is given.
    static let flag = Self(.boolean).optional
    static let integer = Self(.integer)
    static func choice(of values: [String]) -> Self {
        Self(.string, charactersMax: 256, choices: values)
    }
    static let text = Self(.string, charactersMax: Sandbox.textCharactersMax)
    /// The name of a database role.
    static let role = Self(.string, charactersMax: 63)
    static let policy = choice(of: Policy.allCases.map(\.rawValue))

    static let database = name.naming(.database)
    static let dataExport = name.naming(.dataExport)
    static let destination = name.naming(.destination)
    /// Of the destination that the argument "destination" names.
    static let dataTemplate = name.naming(.dataTemplate, in: "destination")
    static let orchestration = name.naming(.orchestration)
}
