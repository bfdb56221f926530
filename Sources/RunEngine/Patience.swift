import Values
import Waiting

/// Asks what may never be answered: a server that is silent, a file system that hangs.
enum Patience {
    static let limit = Duration.seconds(10)

    static func reason(_ destination: String) -> String {
        "destination \"\(shown(destination))\" did not answer within "
            + "\(Int(limit / .seconds(1))) seconds"
    }

    /// - Parameter otherwise: What is returned after the limit, or once the calling task is
    ///   cancelled. The body is then cancelled, but may continue until it notices.
    static func answer<Value: Sendable>(
        within limit: Duration = limit, otherwise: Value,
        _ body: @escaping @Sendable () async -> Value
    ) async -> Value {
        (try? await Deadline(limit).run(body)) ?? otherwise
    }
}
