/// Runs the body, and returns when it has ended or when the time is up, also when the task is
/// cancelled. What then still goes on is left to itself.
func limited(to limit: Duration, _ body: @escaping @Sendable () async -> Void) async {
    let (endings, ending) = AsyncStream.makeStream(of: Void.self)
    Task {
        await body()
        ending.finish()
    }
    Task {
        try? await Task.sleep(for: limit)
        ending.finish()
    }
    // A task of its own is not cancelled together with this one.
    await Task { for await _ in endings {} }.value
}
