/// A table of a source database, by schema and name.
///
/// Its text is ``canonical``: `schema.table`, where a part that is not `[a-z_][a-z0-9_$]*` is in
/// double quotes. Two tables are the same when these texts are, byte by byte.
public struct TableName: Sendable {
    public let schema: String
    public let name: String
    public let canonical: String

    /// The longest identifier of PostgreSQL.
    public static let partBytesMax = 63
    /// The most characters of the text of one, quotes and doubled quotes among them.
    public static let charactersMax = 256

    public init(schema: String, name: String) {
        self.schema = schema
        self.name = name
        canonical = TableName.part(schema) + "." + TableName.part(name)
    }

    /// Reads `table` or `schema.table`, with parts in double quotes or not (`""` is one quote).
    ///
    /// A part is read as PostgreSQL shows it: `Orders` is the table that SQL calls `"Orders"`.
    /// Without a schema it is `public`. Returns nil for any other text.
    public init?(_ text: String) {
        var parts: [String] = []
        var rest = text.unicodeScalars[...]
        while true {
            guard let part = TableName.takePart(&rest), parts.count < 2 else { return nil }
            parts.append(part)
            guard let separator = rest.popFirst() else { break }
            if separator != "." { return nil }
        }
        self.init(schema: parts.count == 2 ? parts[0] : "public", name: parts[parts.count - 1])
    }

    private static func takePart(_ rest: inout Substring.UnicodeScalarView) -> String? {
        var part = String.UnicodeScalarView()
        if rest.first == "\"" {
            rest.removeFirst()
            var closed = false
            while let scalar = rest.popFirst() {
                if scalar != "\"" {
                    part.append(scalar)
                } else if rest.first == "\"" {
                    part.append(scalar)
                    rest.removeFirst()
                } else {
                    closed = true
                    break
                }
            }
            if !closed { return nil }
        } else {
            while let scalar = rest.first, scalar != "." {
                if scalar == "\"" || scalar.value < 0x20 { return nil }
                part.append(scalar)
                rest.removeFirst()
            }
            if part.first?.properties.isWhitespace == true { return nil }
            if part.last?.properties.isWhitespace == true { return nil }
        }
        let text = String(part)
        if text.isEmpty || text.utf8.count > partBytesMax || part.contains("\0") { return nil }
        return text
    }

    private static func part(_ name: String) -> String {
        var first = true
        let plain = name.utf8.allSatisfy { byte in
            defer { first = false }
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): return true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "$"): return !first
            default: return false
            }
        }
        if plain && !name.isEmpty { return name }
        var result = "\""
        for scalar in name.unicodeScalars {
            if scalar == "\"" { result.unicodeScalars.append(scalar) }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}

// Swift holds é and e + accent for the same string, PostgreSQL for two tables: compare bytes.
extension TableName: Hashable, Comparable {
    public static func == (left: TableName, right: TableName) -> Bool {
        left.canonical.utf8.elementsEqual(right.canonical.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(canonical)
    }

    public static func < (left: TableName, right: TableName) -> Bool {
        left.canonical.utf8.lexicographicallyPrecedes(right.canonical.utf8)
    }
}

extension TableName: Codable, CustomStringConvertible {
    public var description: String { canonical }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let table = TableName(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a table name"))
        }
        self = table
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(canonical)
    }
}

// Makes a dictionary by tables an object in JSON.
extension TableName: CodingKeyRepresentable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public var codingKey: any CodingKey { Key(stringValue: canonical) }

    public init?(codingKey: some CodingKey) { self.init(codingKey.stringValue) }
}
