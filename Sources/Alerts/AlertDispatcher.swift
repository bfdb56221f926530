internal import Failpoints
import Lifecycle
internal import Locks
public import Logging
import Postgres
public import Waiting

/// Delivers the messages of alerts: several concurrently, those of one alert in sequence.
public struct AlertDispatcher: Sendable {
    private let store: AlertStore
    private let options: AlertDeliveryOptions
    private let signal: WakeSignal
    private let logger: Logger

    /// - Parameter signal: Signalled when there may be messages.
    public init(
        store: AlertStore, options: AlertDeliveryOptions, signal: WakeSignal, logger: Logger
    ) {
        self.store = store
        self.options = options
        self.signal = signal
        self.logger = logger
    }

    /// Works until `isStopped` and all started deliveries have ended.
    ///
    /// - Parameter pollInterval: How often it polls without a signal.
    /// - Throws: `PostgresError`; `CancellationError`: then the current deliveries are not
    ///   recorded, and are sent again by the next worker that claims them.
    public func run(
        pollInterval: Duration, until isStopped: @escaping @Sendable () -> Bool
    ) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            let underWay = UnderWay()
            var tended = ContinuousClock.now - Self.tendingInterval
            while !isStopped() {
                let seen = signal.count
                if .now - tended >= Self.tendingInterval {
                    try await store.tend()
                    tended = .now
                }
                let free = options.concurrency - underWay.count
                if free > 0 {
                    for delivery in try await store.claim(free, options) {
                        underWay.begin()
                        group.addTask {
                            await deliver(delivery)
                            underWay.end()
                            signal.send()
                        }
                    }
                }
                await signal.wait(after: seen, atMost: pollInterval)
                try Task.checkCancellation()
            }
        }
    }

    private static let tendingInterval = Duration.seconds(5)

    private func deliver(_ delivery: ClaimedDelivery) async {
        let outcome = await attempt(delivery)
        if Task.isCancelled { return }
        Failpoint.reach("alert.sent")
        if case .failed(let reason, _) = outcome {
            logger.info(
                "an alert was not delivered",
                metadata: [
                    "alert": "\(delivery.alert)", "delivery": "\(delivery.id)",
                    "attempt": "\(delivery.attempt)", "reason": "\(reason)",
                ])
        }
        do {
            try await store.finish(delivery, outcome, options)
        } catch {
            // It is claimed again after its lease; the others are not delayed.
            if Task.isCancelled { return }
            logger.error(
                "the outcome of an alert was not recorded",
                metadata: ["delivery": "\(delivery.id)", "reason": "\(error)"])
        }
    }

    private func attempt(_ delivery: ClaimedDelivery) async -> AttemptOutcome {
        if let credential = delivery.settings.credential {
            return await WebhookSender(
                credentials: options.credentials, timeout: options.answerTimeout
            ).send(delivery, by: credential)
        }
        if let program = delivery.settings.program {
            return await ProgramRunner(
                allowed: options.allowedPrograms, timeout: options.programTimeout
            ).run(program, with: delivery)
        }
        return .refused(reason: "this worker does not support this kind of alert: update it")
    }
}

/// How many messages are being delivered.
private final class UnderWay: Sendable {
    private let number = Locked(0)

    var count: Int { number.withLock { $0 } }
    func begin() { number.withLock { $0 += 1 } }
    func end() { number.withLock { $0 -= 1 } }
}
