import Values

/// How many rows of a table a run may deliver, and what happens otherwise.
///
/// In JSON `{"minimum": 10000, "maximum": 2000000, "otherwise": "fail"}`, with at least one bound.
public struct RowGuard: Hashable, Sendable {
    /// The fewest rows; nil for none at all.
    public let minimum: Int64?
    /// The most rows; nil for any number.
    public let maximum: Int64?
    /// What to do outside of these bounds. Defaults to failing.
    public let otherwise: Otherwise

    /// What happens to a run whose rows are out of range.
    public enum Otherwise: String, Hashable, Sendable, CaseIterable {
        /// It fails, and nothing is sent.
        case fail
        /// It continues, with a warning.
        case warn
    }

    init(_ json: JSONValue) throws(InvalidTableSettings) {
        let hint = "for example {\"minimum\": 10000, \"maximum\": 2000000, \"otherwise\": \"warn\"}"
        guard case .object(let given) = json else {
            throw InvalidTableSettings("rows must be an object, not \(json.kind)", hint: hint)
        }
        let known = ["minimum", "maximum", "otherwise"]
        if let unknown = given.keys.filter({ !known.contains($0) }).min() {
            throw InvalidTableSettings("rows has no key \(quoted(unknown))", hint: hint)
        }
        func bound(_ key: String) throws(InvalidTableSettings) -> Int64? {
            guard let value = given[key], value != .null else { return nil }
            guard case .int(let rows) = value, rows >= 0 else {
                throw InvalidTableSettings(
                    "rows.\(key) must be a whole number, 0 or more", hint: hint)
            }
            return rows
        }
        minimum = try bound("minimum")
        maximum = try bound("maximum")
        if minimum == nil && maximum == nil {
            throw InvalidTableSettings("rows has neither minimum nor maximum", hint: hint)
        }
        if let minimum, let maximum, minimum > maximum {
            throw InvalidTableSettings(
                "rows.minimum \(minimum) is above rows.maximum \(maximum)", hint: hint)
        }
        switch given["otherwise"] ?? .null {
        case .null: otherwise = .fail
        case .string(let text):
            guard let known = Otherwise(rawValue: text) else { fallthrough }
            otherwise = known
        default:
            throw InvalidTableSettings(
                "rows.otherwise must be \"fail\" or \"warn\"", hint: hint)
        }
    }

    /// The problem with this number of rows, as text; nil if it is within the bounds.
    public func violation(by rows: Int64) -> String? {
        if let minimum, rows < minimum { return "\(rows) rows, below the minimum \(minimum)" }
        if let maximum, rows > maximum { return "\(rows) rows, above the maximum \(maximum)" }
        return nil
    }

    var json: JSONValue {
        var object: [String: JSONValue] = ["otherwise": .string(otherwise.rawValue)]
        if let minimum { object["minimum"] = .int(minimum) }
        if let maximum { object["maximum"] = .int(maximum) }
        return .object(object)
    }
}
