import Values
public import Foundation

/// How much may be transferred at once: of one run, or of all runs to one destination together.
public struct TransferLimits: Hashable, Sendable {
    /// How many tasks may be carried out at the same time; nil for no limit.
    public private(set) var tasks: Int?
    /// How many bytes may be written to the destination in a second; nil for no limit.
    public private(set) var bytesPerSecond: Int64?

    public static let tasksAllowed: ClosedRange<Int64> = 1...1000
    public static let bytesPerSecondAllowed: ClosedRange<Int64> = 1000...1_000_000_000_000

    /// No limits.
    public init() {}

    /// - Parameter json: The text of `{"tasks": 4, "bytes_per_second": 10000000}`; each may be left
    ///   out.
    /// - Throws: ``SettingsError``
    public init(json: Data) throws(SettingsError) {
        try self.init(SettingsReader(json: json, subject: Self.subject, known: Self.known))
    }

    init(_ value: JSONValue) throws(SettingsError) {
        try self.init(SettingsReader(value, subject: Self.subject, known: Self.known))
    }

    private init(_ reader: SettingsReader) throws(SettingsError) {
        tasks = try reader.count("tasks", in: Self.tasksAllowed).map { Int($0) }
        bytesPerSecond = try reader.count("bytes_per_second", in: Self.bytesPerSecondAllowed)
    }

    private static let subject = "set of limits"
    private static let known = ["tasks", "bytes_per_second"]
}
