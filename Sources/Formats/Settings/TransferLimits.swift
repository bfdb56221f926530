public import Foundation
import Values

/// Transfer limits: of one run, or of all runs to one destination.
public struct TransferLimits: Hashable, Sendable {
    /// Maximum number of concurrent tasks; nil for no limit.
    public private(set) var tasks: Int?
    /// Maximum number of bytes per second written to the destination; nil for no limit.
    public private(set) var bytesPerSecond: Int64?

    public static let tasksAllowed: ClosedRange<Int64> = 1...1000
    public static let bytesPerSecondAllowed: ClosedRange<Int64> = 1000...1_000_000_000_000

    /// No limits.
    public init() {}

    /// - Parameter json: The text of `{"tasks": 4, "bytes_per_second": 10000000}`; each can be
    ///   omitted.
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
