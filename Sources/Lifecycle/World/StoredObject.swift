/// What all objects of the configuration, and runs, have in common.
///
/// A new object's id is the id of the command that created it.
public protocol StoredObject: Codable, Hashable, Sendable {
    static var kind: ObjectKind { get }
    var id: Int64 { get }
    var environment: String { get }
    var name: String { get }
    /// The id of the object that the name is unique in (a data template's destination), or 0.
    var scope: Int64 { get }
    /// The objects that this one uses, and that therefore cannot be deleted.
    var uses: [ObjectID] { get }
    /// Where a world keeps the objects of this kind.
    static var table: WritableKeyPath<World, ObjectTable<Self>> { get }
}

/// An object by kind and id.
public struct ObjectID: Hashable, Sendable {
    public let kind: ObjectKind
    public let id: Int64

    public init(_ kind: ObjectKind, _ id: Int64) {
        self.kind = kind
        self.id = id
    }
}

extension StoredObject {
    public var scope: Int64 { 0 }
}
