import Values

/// When a table continues in another file. Also allows to read a large table in several parts
/// concurrently, each with its own files; without a split, a table is one file.
public enum FileSplit: Hashable, Sendable {
    /// After this many rows, without the header.
    case rows(Int64)
    /// After the row that reaches this many megabytes (10⁶ bytes) before compression.
    case megabytes(Int64)

    public static let rowsAllowed: ClosedRange<Int64> = 50_000...10_000_000
    public static let megabytesAllowed: ClosedRange<Int64> = 1...2000

    /// - Parameter json: `{"rows": 1000000}` or `{"megabytes": 500}`.
    init(_ json: JSONValue) throws(SettingsError) {
        guard case .object(let values) = json, values.count == 1, let (unit, value) = values.first,
            case .int(let count) = value
        else {
            throw .notAllowed(
                setting: "split", value: json.kind,
                rule: "must be {\"rows\": n} or {\"megabytes\": n}")
        }
        switch unit {
        case "rows" where Self.rowsAllowed.contains(count): self = .rows(count)
        case "megabytes" where Self.megabytesAllowed.contains(count): self = .megabytes(count)
        default:
            throw .notAllowed(
                setting: "split", value: "\(unit): \(count)",
                rule: "must be by 50000 to 10000000 rows, or by 1 to 2000 megabytes")
        }
    }

    /// Whether a file of this size is full.
    public func isFull(rows: Int64, bytes: Int64) -> Bool {
        switch self {
        case .rows(let most): rows >= most
        case .megabytes(let most): bytes >= most * 1_000_000
        }
    }
}

extension FileSplit: Encodable {
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .rows(let count): try ["rows": count].encode(to: encoder)
        case .megabytes(let count): try ["megabytes": count].encode(to: encoder)
        }
    }
}
