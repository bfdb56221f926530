import Foundation

/// A stored document that this program cannot read: another release may have written it.
public struct UnreadableDocument: Error, CustomStringConvertible {
    /// The path in the document and the error there, without values.
    public let reason: String

    public var description: String {
        "it was written by another release, and this one cannot read it: \(reason)"
    }

    /// - Returns: The value of the JSON text.
    /// - Throws: ``UnreadableDocument``.
    public static func decoded<T: Decodable>(_ text: String) throws(UnreadableDocument) -> T {
        do {
            return try JSONDecoder().decode(T.self, from: Data(text.utf8))
        } catch {
            throw UnreadableDocument(error)
        }
    }

    private init(_ error: any Error) {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context):
            reason = "\"\(Self.path(context.codingPath + [key]))\" is missing"
        case .valueNotFound(_, let context):
            reason = "\"\(Self.path(context.codingPath))\" is missing"
        case .typeMismatch(_, let context):
            reason = "\"\(Self.path(context.codingPath))\" has another type"
        case .dataCorrupted(let context):
            let path = Self.path(context.codingPath)
            reason =
                path.isEmpty
                ? context.debugDescription : "\"\(path)\": \(context.debugDescription)"
        case nil: reason = "\(error)"
        @unknown default: reason = "\(error)"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
