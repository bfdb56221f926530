import Values

/// A value that a format cannot represent. It is reported, and never approximated.
public struct UnrepresentableValue: Error, Equatable, Sendable, CustomStringConvertible {
    /// The column of the value.
    public let column: String
    /// A description of the value, such as `NaN`, without personal data.
    public let value: String
    /// The target type, such as `a Parquet DATE`.
    public let target: String
    /// The hint.
    public let wayOut: String

    public var description: String {
        "column \"\(shown(column))\" contains \(value), which \(target) cannot represent: \(wayOut)"
    }
}
