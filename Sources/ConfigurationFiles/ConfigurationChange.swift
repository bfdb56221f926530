public import Values

/// The change of one object.
public enum ConfigurationChange: Hashable, Sendable {
    case create(DefinedObject)
    case update(DefinedObject, DefinedObject)
    case delete(DefinedObject)
    /// Discards the draft of a data export that an unfinished apply left. The object has the
    /// definition without the draft: none if it was never activated.
    case discard(DefinedObject)

    /// The new object; for a deletion, the old one.
    public var object: DefinedObject {
        switch self {
        case .create(let object), .update(_, let object), .delete(let object),
            .discard(let object):
            object
        }
    }

    /// `create`, `update`, `delete` or `discard`.
    public var verb: String {
        switch self {
        case .create: "create"
        case .update: "update"
        case .delete: "delete"
        case .discard: "discard"
        }
    }

    /// The object in a message.
    public var words: String {
        switch self {
        case .discard: "the draft of \(object.words)"
        default: object.words
        }
    }

    /// The differences, key by key.
    public var differences: [Difference] {
        switch self {
        case .create(let object): Difference.between([:], object.written)
        case .update(let old, let new): Difference.between(old.written, new.written)
        case .delete, .discard: []
        }
    }
}

/// The difference of one key of a definition.
public struct Difference: Hashable, Sendable {
    /// `settings.limits.tasks`
    public let key: String
    /// Nil if it was absent.
    public let old: JSONValue?
    /// Nil if it was removed.
    public let new: JSONValue?

    static func between(
        _ old: [String: JSONValue], _ new: [String: JSONValue], under path: String = ""
    ) -> [Difference] {
        Set(old.keys).union(new.keys).sorted(by: YAMLText.precedes).flatMap { key in
            let path = path.isEmpty ? key : "\(path).\(key)"
            return differences(old[key], new[key], path)
        }
    }

    private static func differences(
        _ old: JSONValue?, _ new: JSONValue?, _ path: String
    ) -> [Difference] {
        if old == new { return [] }
        switch (old, new) {
        case (.object(let old)?, .object(let new)?): return between(old, new, under: path)
        case (nil, .object(let new)?) where !new.isEmpty: return between([:], new, under: path)
        case (.object(let old)?, nil) where !old.isEmpty: return between(old, [:], under: path)
        case (.array(let old)?, .array(let new)?) where path == "tables":
            return old.filter { !new.contains($0) }
                .map { Difference(key: path, old: $0, new: nil) }
                + new.filter { !old.contains($0) }
                .map { Difference(key: path, old: nil, new: $0) }
        default: return [Difference(key: path, old: old, new: new)]
        }
    }
}
