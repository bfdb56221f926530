/// A value for a parameter (`$1`, `$2` …) of a statement. The server infers its type.
public enum Value: Sendable, Equatable {
    case null
    case text(String)
    case int(Int64)
    case bool(Bool)
    case double(Double)
    /// For a parameter of type `bytea`.
    case bytes([UInt8])
    /// For a parameter of an array type. Nested arrays are further dimensions.
    case array([Value])
}

extension Value: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: Value...) { self = .array(elements) }
}

extension Value {
    public init(_ text: String?) { self = text.map(Value.text) ?? .null }
    public init(_ number: Int?) { self = number.map { .int(Int64($0)) } ?? .null }
    public init(_ number: Int64?) { self = number.map(Value.int) ?? .null }
    public init(_ flag: Bool?) { self = flag.map(Value.bool) ?? .null }
    public init(_ number: Double?) { self = number.map(Value.double) ?? .null }
    public init(_ bytes: [UInt8]?) { self = bytes.map(Value.bytes) ?? .null }
    public init(_ texts: [String]) { self = .array(texts.map(Value.text)) }
    public init(_ texts: [String?]) { self = .array(texts.map { Value($0) }) }
    public init(_ numbers: [Int]) { self = .array(numbers.map { .int(Int64($0)) }) }
    public init(_ numbers: [Int64]) { self = .array(numbers.map(Value.int)) }
}

/// A statement with its parameters, for ``Connection/pipeline(_:)``.
public struct Statement: Sendable, Equatable {
    public var sql: String
    public var parameters: [Value]

    public init(_ sql: String, _ parameters: [Value] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}
