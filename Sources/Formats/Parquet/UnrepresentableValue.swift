import Values

/// A value that a format cannot hold. It is told, and never changed to something near it.
public struct UnrepresentableValue: Error, Equatable, Sendable, CustomStringConvertible {
    /// The column that holds the value.
    public let column: String
    /// What the value is, such as `NaN`; nothing that would give a person's data away.
    public let value: String
    /// What it was to become, such as `a Parquet DATE`.
    public let target: String
    /// What else can be done.
    public let wayOut: String

    public var description: String {
        "column \"\(shown(column))\" contains \(value), which \(target) cannot represent: \(wayOut)"
    }
}
