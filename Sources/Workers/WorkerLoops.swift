import Alerts
import CommandProcessing
import Foundation
import Locks
import Logging
import Migrations
import Postgres
import RunEngine
import Waiting

/// The loops of a worker between registering and leaving.
///
/// Each loop retries after errors. Only the loss of the lease, or of the session that holds it,
/// ends all of them.
struct WorkerLoops: Sendable {
    let stop: StopRequest
    let pool: ConnectionPool
    /// Alerts have a connection of their own, so that neither they nor other work wait for each
    /// other.
    let alertPool: ConnectionPool
    /// Of the lookups of facts.
    let checkPool: ConnectionPool
    /// Nothing is retried any more: unfinished work is left to others.
    let over = StopRequest(waking: [])
    private let configuration: WorkerConfiguration
    private let session: WorkerSession
    private let logger: Logger
    private let retrier: Retrier
    private let onLoss: @Sendable (any Error) -> Void
    private let commandSignal = WakeSignal()
    private let checkSignal = WakeSignal()
    private let runSignal = WakeSignal()
    private let alertSignal = WakeSignal()
    private let active = ActiveTasks()
    private let store: RunStore

    /// - Parameters:
    ///   - log: Of the retries.
    ///   - onLoss: Called when the lease or the schema is lost, and all work ends.
    init(
        _ configuration: WorkerConfiguration, _ session: WorkerSession, _ log: RetryLog,
        _ logger: Logger, onLoss: @escaping @Sendable (any Error) -> Void
    ) {
        self.onLoss = onLoss
        self.configuration = configuration
        self.session = session
        self.logger = logger
        // Coordinators and executors query occasionally; five more for everything else.
        pool = ConnectionPool(configuration.database, size: configuration.concurrency + 5)
        alertPool = ConnectionPool(configuration.database, size: 1)
        // A lookup needs one only before and after its outside query.
        checkPool = ConnectionPool(configuration.database, size: 2)
        stop = StopRequest(waking: [commandSignal, checkSignal, runSignal, alertSignal])
        let over = over
        retrier = Retrier(
            log: log,
            schemaCheck: { try await Worker.checkSchema(of: configuration.database) },
            ends: { error in
                let reason = (error as? QueueUnavailable)?.reason ?? error
                return reason is SchemaError || reason is LeaseLost || reason is SessionGone
            },
            isOver: { over.isMade })
        store = RunStore(
            worker: session.id, pool: pool, retrier: retrier, held: HeldWork(), logger: logger)
    }

    /// Works until ``stop`` is requested and all started work has ended, or until cancelled.
    ///
    /// - Throws: `LeaseLost`, or why the session of the lease was lost; `SchemaError`.
    func work() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await session.keepLease(retrier) }
            group.addTask { try await hear() }
            group.addTask { try await reportProgress() }
            group.addTask { try await keepHouse() }
            group.addTask {
                try await DailyPruner(pool: pool, interval: .seconds(10), retrier: retrier).run()
            }
            group.addTask { try await workLoops() }
            // The others never return, so the first to do so are the work loops, or a failure.
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch {
                over.make()
                let reason = (error as? QueueUnavailable)?.reason ?? error
                onLoss(reason)
                throw reason
            }
        }
    }

    private func workLoops() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<configuration.commandConcurrency {
                group.addTask { try await persistently("apply commands", applyCommands) }
            }
            group.addTask { try await persistently("look up facts", lookUpFacts) }
            group.addTask { try await persistently("deliver alerts", deliverAlerts) }
            for _ in 0..<configuration.concurrency {
                group.addTask { try await persistently("run tasks", carryOutTasks) }
                group.addTask { try await persistently("coordinate runs", takeChargeOfRuns) }
            }
            // Not waitForAll, which would see a failure only after all the others have ended.
            while try await group.next() != nil {}
        }
    }

    /// Restarts a loop, with growing delays, after any error: the other loops are not affected.
    private func persistently(
        _ work: String, _ loop: @Sendable () async throws -> Void
    ) async throws {
        try await retrier.run(work, .everything) { _ in try await loop() }
    }

    // MARK: - Work

    private func applyCommands() async throws {
        let connection = try await Connection.connect(configuration.database)
        let processor = CommandProcessor(
            connection: connection, facts: facts, retry: configuration.commandRetry)
        var watch = CommandWatch(pollInterval: configuration.pollInterval)
        var refusals = 0
        while !stop.isMade {
            let seen = commandSignal.count
            let began = ContinuousClock.now
            do {
                let batch = try await processor.applyBatch()
                refusals = 0
                if batch.hasChecks { checkSignal.send() }
                if batch.count > 0 {
                    watch.foundSomething(at: began)
                    continue
                }
            } catch let refused as BatchRefused {
                logger.error(
                    "cannot record an outcome; retrying",
                    metadata: ["reason": "\(refused.reason)"])
                refusals += 1
                await rest(.seconds(min(1 << min(refusals - 1, 5), 30)))
                continue
            }
            await commandSignal.wait(after: seen, atMost: watch.next())
        }
        await connection.close()
    }

    /// Looks up facts of commands, many concurrently: each waits for an outside server.
    private func lookUpFacts() async throws {
        let lookup = FactLookup(
            worker: session.id, pool: checkPool, facts: facts, retry: configuration.commandRetry)
        try await lookup.begin()
        let free = Locked(Self.lookupsMax)
        try await withThrowingTaskGroup(of: Void.self) { group in
            while !stop.isMade {
                let seen = checkSignal.count
                let checks = free.withLock({ $0 > 0 }) ? try await lookup.claim() : []
                free.withLock { $0 -= checks.count }
                for check in checks {
                    group.addTask {
                        try await carryOut(check, lookup)
                        free.withLock { $0 += 1 }
                        commandSignal.send()
                        checkSignal.send()
                    }
                }
                if checks.isEmpty {
                    await checkSignal.wait(after: seen, atMost: configuration.pollInterval)
                }
            }
            try await group.waitForAll()
        }
    }

    /// The number of commands whose facts a worker looks up before it claims more.
    private static let lookupsMax = 4 * FactLookup.actorMax

    /// A lookup is retried after an error, without ending others.
    private func carryOut(_ check: FactLookup.Check, _ lookup: FactLookup) async throws {
        try await retrier.run("apply a command with its facts", .everything) { _ in
            try await lookup.carryOut(check)
        }
    }

    private var facts: FactFinder {
        let access = configuration.access
        return FactFinder(
            credentials: access.credentials, destinationTest: { await access.test($0) },
            destinationCheck: { access.check($0) },
            deliveryCheck: { await access.visibility(of: $0) },
            templateCheck: { await access.check(template: $1, kind: $0) },
            runPlanning: { await RunPlanner(access: access).plan($0, $1) })
    }

    /// Waits this long, however many commands arrive; less if the worker stops.
    private func rest(_ duration: Duration) async {
        let end = ContinuousClock.now + duration
        while !Task.isCancelled {
            let seen = commandSignal.count
            let left = end - .now
            if stop.isMade || left <= .zero { return }
            await commandSignal.wait(after: seen, atMost: left)
        }
    }

    private func carryOutTasks() async throws {
        let executor = TaskExecutor(
            store: store, lease: session.lease, active: active, access: configuration.access,
            logger: logger)
        while !stop.isMade {
            let seen = runSignal.count
            if let task = try await store.claimTask() {
                try await store.carrying(task.token) { try await executor.carryOut(task) }
            } else {
                await runSignal.wait(after: seen, atMost: Self.patience)
            }
        }
    }

    private func takeChargeOfRuns() async throws {
        let coordinator = RunCoordinator(
            store: store, lease: session.lease, signal: runSignal, access: configuration.access,
            policy: configuration.runRetry, logger: logger)
        while !stop.isMade {
            let seen = runSignal.count
            if let run = try await store.claimRun() {
                try await store.carrying(run.token) { try await coordinator.carryOut(run) }
            } else {
                await runSignal.wait(after: seen, atMost: Self.patience)
            }
        }
    }

    /// How long a loop waits for its signal, which the housekeeper sends, too.
    private static let patience = Duration.seconds(30)

    private func deliverAlerts() async throws {
        let dispatcher = AlertDispatcher(
            store: AlertStore(worker: session.id, pool: alertPool, retrier: retrier),
            options: configuration.alerts, signal: alertSignal, logger: logger)
        try await dispatcher.run(pollInterval: configuration.pollInterval) { stop.isMade }
    }

    // MARK: - What keeps it going

    private func hear() async throws {
        let signals = [
            "ferry_commands": commandSignal, "ferry_runs": runSignal, "ferry_alerts": alertSignal,
        ]
        while true {
            let notifications = try await retrier.run("listen for new work", .everything) { _ in
                let connection = try await Connection.connect(configuration.database)
                return try await connection.listen(signals.keys.sorted())
            }
            // Notifications sent while not listening are lost.
            for signal in signals.values { signal.send() }
            do {
                // Only a hint: the loops query the queue itself.
                for try await notification in notifications {
                    signals[notification.channel]?.send()
                }
            } catch is PostgresError {}
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func keepHouse() async throws {
        try await Housekeeper(
            pool: pool, store: store,
            validator: SandboxValidator(
                facts: facts, interval: configuration.sandboxCheckInterval),
            retrier: retrier, runSignal: runSignal, logger: logger
        ).run()
    }

    private func reportProgress() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            let reports = active.takeReports()
            if reports.isEmpty { continue }
            let json = String(decoding: try JSONEncoder().encode(reports), as: UTF8.self)
            let worker = session.id
            let live = try await retrier.run("report progress", .everything) { _ in
                try await pool.withConnection { connection in
                    try await connection.query(
                        """
                        select live, bytes_per_second
                          from ferry_state.report_progress($1, $2::jsonb)
                        """, [.int(worker), .text(json)]
                    ).map { (try $0[0].int64(), try $0[1].optionalInt64()) }
                }
            }
            active.direct(reports, Dictionary(live, uniquingKeysWith: { $1 }))
        }
    }
}
