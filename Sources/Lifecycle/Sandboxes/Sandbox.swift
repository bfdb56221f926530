import Values

/// An environment in which to change a copy of production's configuration, try it, and promote it.
public struct Sandbox: StoredObject {
    public let id: Int64
    /// Also the name of the sandbox's environment.
    public let name: String
    /// Empty when none was given.
    public let description: String
    /// Production's configuration at the last sync: when the sandbox was created, pulled or
    /// promoted.
    public var base: ConfigurationSnapshot
    public let createdBy: String

    enum CodingKeys: String, CodingKey {
        case id, name, description, base
        case createdBy = "created_by"
    }

    /// The longest name, in Unicode scalars.
    public static let nameCharactersMax = 64
    /// The longest description, and message of a promotion, in Unicode scalars.
    public static let textCharactersMax = 512
    /// Reserved names of sandboxes.
    static let reservedNames = [production, "all", "*"]

    public init(
        id: Int64, name: String, description: String = "", base: ConfigurationSnapshot,
        createdBy: String
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.base = base
        self.createdBy = createdBy
    }

    public static let kind = ObjectKind.sandbox
    public static var table: WritableKeyPath<World, ObjectTable<Sandbox>> { \.sandboxes }
    /// Sandboxes are objects of production: what is in them has their names as its environment.
    public var environment: String { production }
    public var uses: [ObjectID] { [] }
}

/// The environment that counts.
public let production = "production"

extension Arguments {
    /// The name of a new sandbox.
    func newSandboxName() throws(Rejection) -> Name {
        let name = try name("name", of: .sandbox)
        let count = name.text.unicodeScalars.count
        if count > Sandbox.nameCharactersMax {
            throw Rejection(
                .invalidName,
                "sandbox name has \(count) characters, at most \(Sandbox.nameCharactersMax) "
                    + "are allowed",
                hint: "choose a shorter name")
        }
        if Sandbox.reservedNames.contains(name.key) {
            throw Rejection(
                .invalidName, "\(quoted(name.text)) is reserved and cannot be a sandbox name",
                hint: "choose another name")
        }
        return name
    }

    /// The side that wins conflicts; nil if not given.
    func keep() throws(Rejection) -> ConfigurationMerge.Side? {
        guard self["keep"] != nil else { return nil }
        let text = try string("keep")
        if let side = ConfigurationMerge.Side(rawValue: text) { return side }
        throw Rejection(
            .invalidChoice, "keep cannot be \(quoted(text))",
            hint: "write sandbox or production")
    }
}
