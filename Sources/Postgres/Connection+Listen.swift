/// A stream of notifications with a reader.
struct Listening {
    let id: Int
    let stream: AsyncThrowingStream<Notification, any Error>.Continuation
}

extension Connection {
    /// Subscribes to channels. Statements can still be run.
    ///
    /// The socket is drained however slowly the stream is read, as a server that cannot write would
    /// hold back vacuum. So a reader that falls behind loses the oldest of more than 1024
    /// notifications: use them only as hints to look.
    ///
    /// Listening ends when the stream is no longer read. One stream at a time.
    /// - Returns: The notifications. The stream throws ``PostgresError/connectionLost(_:)`` when
    ///   the connection breaks, and ends when the connection is closed.
    /// - Throws: ``PostgresError``; `CancellationError`.
    public func listen(
        _ channels: [String]
    ) async throws -> AsyncThrowingStream<Notification, any Error> {
        guard listening == nil else {
            throw PostgresError.misuse("this connection already listens: use another one")
        }
        try executor.prepareWatching()
        let (stream, continuation) = AsyncThrowingStream.makeStream(
            of: Notification.self, throwing: (any Error).self,
            bufferingPolicy: .bufferingNewest(1024))
        nextListening += 1
        let id = nextListening
        listening = Listening(id: id, stream: continuation)
        // Before the LISTEN, so that nothing that follows it is missed.
        session.onNotifications = { received in
            for notification in received { continuation.yield(notification) }
        }
        do {
            try await run(channels.map { "LISTEN " + quoteIdentifier($0) }.joined(separator: ";"))
        } catch {
            forgetListening()
            throw error
        }
        executor.watch(
            ThreadExecutor.Source(descriptor: session.descriptor) { [session] in
                if session.drain() { return true }
                continuation.finish(throwing: session.lost(""))
                return false
            })
        // The stream keeps the connection alive until it ends.
        continuation.onTermination = { _ in Task { await self.stopListening(id) } }
        return stream
    }

    /// Ends the stream when the connection was lost.
    func endListening() {
        guard let listening, let reason = session.lostReason else { return }
        forgetListening()
        listening.stream.finish(throwing: PostgresError.connectionLost(reason))
    }

    func forgetListening() {
        executor.watch(nil)
        session.onNotifications = nil
        listening = nil
    }

    private func stopListening(_ id: Int) async {
        guard listening?.id == id else { return }
        forgetListening()
        // In a COPY it cannot be sent, nor may the COPY lose its ticket: later notifications are
        // dropped.
        guard session.lostReason == nil, !session.isCopying else { return }
        try? uninterruptible { try session.run("UNLISTEN *") }
    }
}
