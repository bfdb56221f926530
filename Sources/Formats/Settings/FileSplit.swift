import Values

/// When a table goes on in another file. Also says that a large table may be read in several parts
/// at once, each with files of its own; without a split a table is one file.
public enum FileSplit: Hashable, Sendable {
    /// After so many rows, header aside.
    case rows(Int64)
    /// After the row with which a file has so many megabytes (10⁶ bytes) before compression.
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

    /// Whether a file with so much in it is full.
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
