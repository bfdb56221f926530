/// JSON that is grammatically valid, but that readers are known to reject or change.
public struct JSONHazards: OptionSet, Codable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `\ud83d` without its other half, which is not a character (RFC 8259, section 8.2).
    public static let loneSurrogates = JSONHazards(rawValue: 1)
    /// An object with two members of the same name (section 4).
    public static let repeatedKeys = JSONHazards(rawValue: 2)
    /// A number beyond the range of a double (section 6).
    public static let largeNumbers = JSONHazards(rawValue: 4)

    /// The same as text, for a sentence.
    public var described: String {
        [
            contains(.loneSurrogates) ? "halves of surrogate pairs" : nil,
            contains(.repeatedKeys) ? "objects with repeated keys" : nil,
            contains(.largeNumbers) ? "numbers above 1.7e308" : nil,
        ].compactMap { $0 }.joined(separator: ", ")
    }
}

/// The hazards in the values of a column.
public struct ColumnHazards: Codable, Hashable, Sendable {
    public let column: String
    public let hazards: JSONHazards
}
