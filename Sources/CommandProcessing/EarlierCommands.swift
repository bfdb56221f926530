import Lifecycle

/// The commands that have not ended and come before some of a batch, by what they are about: those
/// outside of the batch as `load_world` found them, and those of the batch that must wait
/// themselves.
///
/// A command is applied after every earlier one on an object that it is about, that it names, or
/// that these use; and one that changes an object after every earlier one that names it.
struct EarlierCommands: Sendable {
    /// The first command about, and the first that names, the object of a lane.
    private var lanes: [Int64: (about: Int64?, naming: Int64?)] = [:]
    private var about: [Reference: Int64] = [:]
    private var naming: [Reference: Int64] = [:]
    private var objects: [ObjectID: Int64] = [:]
    private var policies: Int64?
    /// For a command that depends on the whole configuration.
    private var anything: Int64?
    /// The lanes of the objects that the batch's commands are about.
    private var laneOf: [Reference: Int64] = [:]
    /// The lanes of the batch's commands, and so of the objects that they create.
    private var laneOfCreated: [Int64: Int64] = [:]

    /// The dependencies of a command.
    struct Dependencies {
        /// The object that it is about; nil when the command cannot be understood.
        let target: Reference?
        /// The objects that it names besides.
        let named: [Reference]
    }

    /// - Parameter related: Those about objects of the world.
    init(_ found: Found?, _ related: [Found.Loaded], of commands: [ClaimedCommand]) {
        for command in commands {
            if let target = command.dependencies.target { laneOf[target] = command.lane }
            laneOfCreated[command.id] = command.lane
        }
        for entry in related { objects[entry.object] = entry.first }
        guard let found else { return }
        for entry in found.lanes ?? [] { lanes[entry.lane] = (entry.about, entry.naming) }
        for entry in found.references ?? [] { about[entry.reference] = entry.first }
        policies = found.policies
        anything = found.anything
    }

    /// The earliest command that this one must wait for; nil if it can be decided.
    func first(before claimed: ClaimedCommand, in world: World) -> Int64? {
        let dependencies = claimed.dependencies
        var candidates = [
            lanes[claimed.lane]?.about, lanes[claimed.lane]?.naming, policies, anything,
        ]
        if let target = dependencies.target {
            candidates += [about[target], naming[target]]
            for reference in dependencies.named {
                candidates.append(about[reference])
                if let lane = laneOf[reference] { candidates.append(lanes[lane]?.about) }
            }
            if !objects.isEmpty || !lanes.isEmpty {
                for object in world.related(
                    to: dependencies.named + [target], target: target.kind)
                {
                    candidates.append(objects[object])
                    if let lane = laneOfCreated[object.id] { candidates.append(lanes[lane]?.about) }
                }
            }
        }
        return candidates.compactMap { $0 }.filter { $0 < claimed.id }.min()
    }

    /// A command of the batch must wait, and so must those after it.
    mutating func add(_ claimed: ClaimedCommand, in world: World) {
        let dependencies = claimed.dependencies
        let id = claimed.id
        lanes[claimed.lane] = (
            min(id, lanes[claimed.lane]?.about ?? id), lanes[claimed.lane]?.naming
        )
        guard let target = dependencies.target else { return }
        if target.kind == .policyAssignment { policies = min(id, policies ?? id) }
        about[target] = min(id, about[target] ?? id)
        for reference in dependencies.named {
            naming[reference] = min(id, naming[reference] ?? id)
        }
        if let object = world.id(of: target) {
            objects[object] = min(id, objects[object] ?? id)
        }
    }

    /// What the SQL functions `earlier_commands` and `earlier_anywhere` return;
    /// `earlier_related` returns ``Loaded``s.
    struct Found: Decodable {
        let lanes: [Lane]?
        let references: [Named]?
        let policies: Int64?
        let anything: Int64?

        struct Lane: Decodable {
            let lane: Int64
            let about: Int64?
            let naming: Int64?

            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                lane = try values.decode(Int64.self)
                about = try values.decodeIfPresent(Int64.self)
                naming = try values.decodeIfPresent(Int64.self)
            }
        }

        struct Named: Decodable {
            let reference: Reference
            let first: Int64

            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                reference = Reference(
                    kind: try values.decode(ObjectKind.self),
                    environment: try values.decode(String.self),
                    key: try values.decode(String.self))
                first = try values.decode(Int64.self)
            }
        }

        struct Loaded: Decodable {
            let object: ObjectID
            let first: Int64

            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                object = ObjectID(
                    try values.decode(ObjectKind.self), try values.decode(Int64.self))
                first = try values.decode(Int64.self)
            }
        }
    }
}
