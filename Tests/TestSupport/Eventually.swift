import Foundation

/// A condition that did not come true in time.
public struct NeverHappened: Error, CustomStringConvertible {
    public let what: String
    public let limit: Duration

    public var description: String { "within \(limit) this never happened: \(what)" }
}

/// Waits until the condition is true.
///
/// The limit only ends a test whose condition never comes true. It says nothing of how fast the
/// machine is: a narrower one than the default would.
///
/// - Parameter what: The condition in words, for the error.
/// - Throws: ``NeverHappened`` after the limit; what the condition throws.
public func eventually(
    within limit: Duration = .seconds(120), _ what: String, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what, limit: limit) }
        try await Task.sleep(for: .milliseconds(10))
    }
}
