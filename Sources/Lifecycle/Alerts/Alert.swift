import Values

/// A webhook or a program that is notified about runs.
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

/// The events of a run that alerts can notify about.
public enum AlertEvent: String, Codable, Hashable, Sendable, CaseIterable {
    /// It failed, after its last automatic retry.
    case failure
    case success
    /// It has been running for longer than ``AlertSettings/runtimeSecondsMax``.
    case runtime
    /// It is publishing and cannot finish: the error is permanent, or has lasted for as long as a
    /// run is retried. Alerts on failures include this event.
    case stuck
}

/// The events and the target of an alert. Names a credential, and never contains a secret.
public struct AlertSettings: Hashable, Codable, Sendable {
    /// In the order of ``AlertEvent``, each once; at least one.
    public let on: [AlertEvent]
    /// Present if and only if ``on`` has ``AlertEvent/runtime``.
    public let runtimeSecondsMax: Int64?
    /// The credential with the URL to post to, the signing key and the headers.
    public let credential: String?
    /// The program that is run instead, with its arguments; present if and only if there is no
    /// ``credential``.
    public let program: [String]?
    /// How long the delivery of one message is retried.
    public let retrySecondsMax: Int64

    enum CodingKeys: String, CodingKey {
        case on
        case runtimeSecondsMax = "runtime_seconds_max"
        case credential, program
        case retrySecondsMax = "retry_seconds_max"
    }

    /// The same in JSON, without absent values.
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
