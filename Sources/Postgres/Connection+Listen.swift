/// A stream of notifications that someone reads.
struct Listening {
    let id: Int
    let continuation: AsyncThrowingStream<Notification, any Error>.Continuation

    func finish(_ error: (any Error)?) { continuation.finish(throwing: error) }
}

extension Connection {
    func endListening() {}
}
