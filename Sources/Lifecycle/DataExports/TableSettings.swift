public import Values

/// What of one table a data export sends: which columns and rows, with which masks, and how many
/// rows are required.
///
/// In JSON an object with the keys `columns`, `filter`, `mask` and `rows`, none of them required.
public struct TableSettings: Hashable, Sendable {
    /// The columns that are sent, in this order; nil for all of the table in its own order.
    public private(set) var columns: [String]?
    /// A boolean SQL expression over the table's columns; nil for all rows.
    ///
    /// It is safe in parentheses: see ``FilterSyntax``.
    public private(set) var filter: String?
    /// The masks of columns, by name. All of these columns are sent.
    public private(set) var mask: [String: Mask] = [:]
    /// The required number of rows; nil for any.
    public private(set) var rows: RowGuard?

    /// The most characters of a filter.
    public static let filterCharactersMax = 4_000
    /// The most columns that a table of PostgreSQL can have.
    static let columnsMax = 1_600

    /// The whole table, unchanged.
    public init() {}

    /// Whether the whole table is sent unchanged.
    public var isEmpty: Bool { self == TableSettings() }

    /// Reads settings; a null is an absent setting.
    ///
    /// - Throws: ``InvalidTableSettings``
    public init(_ json: JSONValue) throws(InvalidTableSettings) {
        guard case .object(let given) = json else {
            throw InvalidTableSettings("they must be an object, not \(json.kind)")
        }
        let known = ["columns", "filter", "mask", "rows"]
        if let unknown = given.keys.filter({ !known.contains($0) }).min() {
            throw InvalidTableSettings("unknown setting \(quoted(unknown))")
        }
        if let json = given["columns"], json != .null { columns = try Self.columns(json) }
        if let json = given["filter"], json != .null { filter = try Self.filter(json) }
        if let json = given["mask"], json != .null { mask = try Self.mask(json) }
        if let json = given["rows"], json != .null { rows = try RowGuard(json) }
        if let columns, let hidden = mask.keys.filter({ !columns.contains($0) }).min() {
            throw InvalidTableSettings(
                "column \(quoted(hidden)) is masked, but is not among the columns sent",
                hint: "remove it from mask, or add it to columns")
        }
    }

    private static func columns(_ json: JSONValue) throws(InvalidTableSettings) -> [String] {
        guard case .array(let elements) = json else {
            throw InvalidTableSettings("columns must be an array of names, not \(json.kind)")
        }
        if elements.isEmpty {
            throw InvalidTableSettings(
                "columns is empty", hint: "omit columns to send all columns")
        }
        if elements.count > columnsMax {
            throw InvalidTableSettings(
                "columns names \(elements.count) columns, a table has at most \(columnsMax)")
        }
        var names: [String] = []
        for element in elements {
            guard case .string(let name) = element else {
                throw InvalidTableSettings("columns must contain names, not \(element.kind)")
            }
            names.append(try columnName(name))
        }
        // In SQL's order, so that the message is deterministic.
        if let twice = Dictionary(grouping: names, by: \.self).filter({ $1.count > 1 }).keys.min() {
            throw InvalidTableSettings("columns names \(quoted(twice)) twice")
        }
        return names
    }

    private static func columnName(_ name: String) throws(InvalidTableSettings) -> String {
        if name.isEmpty || name.utf8.count > TableName.partBytesMax || name.utf8.contains(0) {
            throw InvalidTableSettings(
                "\(quoted(name)) is not the name of a column",
                hint: "write the name as the database shows it, without quotes")
        }
        return name
    }

    private static func filter(_ json: JSONValue) throws(InvalidTableSettings) -> String {
        guard case .string(let text) = json else {
            throw InvalidTableSettings("filter must be a string, not \(json.kind)")
        }
        let count = text.unicodeScalars.count
        if count > filterCharactersMax {
            throw InvalidTableSettings(
                "filter has \(count) characters, at most \(filterCharactersMax) are allowed",
                hint: "shorten it, or move its logic to a view or a function of the source")
        }
        if let problem = FilterSyntax.problem(in: text) {
            throw InvalidTableSettings(
                "filter \(problem)",
                hint: "write one boolean SQL expression, such as country = 'CH' and total > 0")
        }
        return text
    }

    private static func mask(_ json: JSONValue) throws(InvalidTableSettings) -> [String: Mask] {
        guard case .object(let given) = json else {
            throw InvalidTableSettings("mask must be an object, not \(json.kind)")
        }
        if given.count > columnsMax {
            throw InvalidTableSettings(
                "mask names \(given.count) columns, a table has at most \(columnsMax)")
        }
        var masks: [String: Mask] = [:]
        for (name, json) in given.sorted(by: { $0.key < $1.key }) {
            masks[try columnName(name)] = try Mask(json, of: name)
        }
        return masks
    }

    /// The settings as they are given and stored.
    public var json: JSONValue {
        var object: [String: JSONValue] = [:]
        if let columns { object["columns"] = .array(columns.map(JSONValue.string)) }
        if let filter { object["filter"] = .string(filter) }
        if !mask.isEmpty { object["mask"] = .object(mask.mapValues(\.json)) }
        if let rows { object["rows"] = rows.json }
        return .object(object)
    }
}

extension TableSettings: Codable {
    public init(from decoder: any Decoder) throws {
        let json = try JSONValue(from: decoder)
        do {
            try self.init(json)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: error.message))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        try json.encode(to: encoder)
    }
}

/// Why settings of a table are invalid.
public struct InvalidTableSettings: Error, Hashable, Sendable {
    /// Names the setting and the rule; safe to show.
    public let message: String
    /// The hint.
    public let hint: String

    init(
        _ message: String,
        hint: String = "settings of a table: columns, filter, mask, rows; {} removes all of them"
    ) {
        self.message = message
        self.hint = hint
    }
}
