import Values

/// Somebody, or something, that is told what becomes of runs.
public struct Alert: StoredObject {
    public let id: Int64
    public let environment: String
    public let name: String
    /// The orchestration whose runs it is about; nil for all runs of the environment.
    public let orchestrationID: Int64?
    public let settings: AlertSettings
    public let createdBy: String

    enum CodingKeys: String, CodingKey {
        case id, environment, name
        case orchestrationID = "orchestration_id"
        case settings
        case createdBy = "created_by"
    }

    public init(
        id: Int64, environment: String, name: String, orchestrationID: Int64?,
        settings: AlertSettings, createdBy: String
    ) {
        self.id = id
        self.environment = environment
        self.name = name
        self.orchestrationID = orchestrationID
        self.settings = settings
        self.createdBy = createdBy
    }

    public static let kind = ObjectKind.alert
    public static var table: WritableKeyPath<World, ObjectTable<Alert>> { \.alerts }
    public var uses: [ObjectID] { orchestrationID.map { [ObjectID(.orchestration, $0)] } ?? [] }
}

extension Alert: ConfiguredObject {
    func definition(in world: World) throws(Refusal) -> JSONValue? {
        var definition = settings.definition
        if let orchestrationID {
            let orchestration: Orchestration = try world.used(orchestrationID)
            definition["orchestration"] = .string(orchestration.name)
        }
        return .object(definition)
    }
}

/// What can be told of a run.
public enum AlertEvent: String, Codable, Hashable, Sendable, CaseIterable {
    /// It failed, after its last automatic retry.
    case failure
    case success
    /// It has been running for longer than ``AlertSettings/runtimeSecondsMax``.
    case runtime
    /// It is publishing and cannot finish: the error does not pass by itself, or has lasted for as
    /// long as a run is tried again. Those who are told of failures are told of this, too.
    case stuck
}

/// What an alert tells, and whom. Names a credential, and never holds a secret.
public struct AlertSettings: Hashable, Codable, Sendable {
    /// In the order of ``AlertEvent``, each once; at least one.
    public let on: [AlertEvent]
    /// There if and only if ``on`` has ``AlertEvent/runtime``.
    public let runtimeSecondsMax: Int64?
    /// The credential that says where a message is posted, how it is signed, and with which
    /// headers.
    public let credential: String?
    /// The program that is run instead, with its arguments; there if and only if there is no
    /// ``credential``.
    public let program: [String]?
    /// How long it is tried to deliver one message.
    public let retrySecondsMax: Int64

    enum CodingKeys: String, CodingKey {
        case on
        case runtimeSecondsMax = "runtime_seconds_max"
        case credential, program
        case retrySecondsMax = "retry_seconds_max"
    }

    /// The same in JSON: what is not chosen is not there.
    fileprivate var definition: [String: JSONValue] {
        let all: [CodingKeys: JSONValue?] = [
            .on: .array(on.map { .string($0.rawValue) }),
            .runtimeSecondsMax: runtimeSecondsMax.map(JSONValue.int),
            .credential: credential.map(JSONValue.string),
            .program: program.map { .array($0.map(JSONValue.string)) },
            .retrySecondsMax: .int(retrySecondsMax),
        ]
        var definition: [String: JSONValue] = [:]
        for case (let key, let value?) in all { definition[key.rawValue] = value }
        return definition
    }
}

/// A message that the command `test_alert` asks for.
public struct AlertTest: Hashable, Codable, Sendable {
    public let alertID: Int64

    enum CodingKeys: String, CodingKey { case alertID = "alert_id" }
}
