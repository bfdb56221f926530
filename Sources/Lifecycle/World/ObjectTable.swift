import Values

/// The loaded objects of one kind, by id and by name, and which of them changed since.
public struct ObjectTable<Object: StoredObject>: Sendable {
    private(set) var byID: [Int64: Object] = [:]
    private var idByName: [NameKey: Int64] = [:]
    private var createdIDs: Set<Int64> = []
    private var savedIDs: Set<Int64> = []
    private var deletedObjects: [Int64: Object] = [:]

    private struct NameKey: Hashable, Sendable {
        let key: String
        let scope: Int64
        let environment: String
    }

    subscript(id: Int64) -> Object? { byID[id] }

    /// The id of the object whose name has this key.
    func id(_ key: String, scope: Int64 = 0, environment: String) -> Int64? {
        idByName[NameKey(key: key, scope: scope, environment: environment)]
    }

    /// Whether it was loaded or created, even if it was deleted since.
    func knows(_ id: Int64) -> Bool { byID[id] != nil || deletedObjects[id] != nil }

    mutating func load(_ object: Object) {
        byID[object.id] = object
        idByName[nameKey(of: object)] = object.id
    }

    mutating func save(_ object: Object) {
        // Names never change, so only new objects are added by name.
        if byID.updateValue(object, forKey: object.id) == nil {
            createdIDs.insert(object.id)
            idByName[nameKey(of: object)] = object.id
        }
        savedIDs.insert(object.id)
    }

    mutating func delete(_ object: Object) {
        byID[object.id] = nil
        idByName[nameKey(of: object)] = nil
        savedIDs.remove(object.id)
        if createdIDs.remove(object.id) == nil { deletedObjects[object.id] = object }
    }

    /// New and changed objects, by id.
    var saved: [Object] { savedIDs.sorted().compactMap { byID[$0] } }
    /// Ids of objects that were loaded and are deleted.
    var deleted: [Int64] { deletedObjects.keys.sorted() }
    /// The names of those.
    func deletedNames(in environment: String) -> [String] {
        deletedObjects.values.filter { $0.environment == environment }.map(\.name)
    }
    var all: [Object] { byID.values.sorted { $0.id < $1.id } }

    private func nameKey(of object: Object) -> NameKey {
        NameKey(
            key: Name.key(of: object.name), scope: object.scope,
            environment: object.environment)
    }
}
