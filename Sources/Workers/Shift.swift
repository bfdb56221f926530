import Alerts
import CommandProcessing
import Foundation
import Lifecycle
import Locks
import Logging
import Postgres
import RunEngine

/// What a worker does between registering and leaving: all its loops.
///
/// When one of them fails, all end: without its lease, or its notifications, a worker has no
/// business going on.
struct Shift: Sendable {
    let stop: StopRequest
    let pool: ConnectionPool
    /// Alerts have a connection of their own, so that they wait for nothing else and nothing else
    /// for them.
    let alertPool: ConnectionPool
    /// Of the lookups of facts.
    let checkPool: ConnectionPool
    private let configuration: WorkerConfiguration
    private let session: WorkerSession
    private let logger: Logger
    private let commandBell = Bell()
    private let checkBell = Bell()
    private let runBell = Bell()
    private let alertBell = Bell()
    private let active = ActiveTasks()
    private let store: RunStore

    init(_ configuration: WorkerConfiguration, _ session: WorkerSession, _ logger: Logger) {
        self.configuration = configuration
        self.session = session
        self.logger = logger
        // Coordinators and executors ask now and then; five more for the rescuer, the pruner, the
        // reports, the schedules and the checks of sandboxes.
        pool = ConnectionPool(configuration.database, size: configuration.concurrency + 5)
        alertPool = ConnectionPool(configuration.database, size: 1)
        // A lookup needs one only before and after it asks others.
        checkPool = ConnectionPool(configuration.database, size: 2)
        stop = StopRequest(waking: [commandBell, checkBell, runBell, alertBell])
        store = RunStore(worker: session.id, pool: pool)
    }

    /// Works until ``stop`` is made and what was begun has ended, or until cancelled.
    func work() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await session.keepLease() }
            group.addTask { try await hear() }
            group.addTask { try await reportProgress() }
            group.addTask {
                try await Rescuer(pool: pool, interval: .seconds(1), logger: logger).run()
            }
            group.addTask {
                try await DailyPruner(pool: pool, interval: .seconds(10), logger: logger).run()
            }
            group.addTask { try await fireSchedules() }
            group.addTask { try await checkSandboxes() }
            group.addTask { try await workLoops() }
            // The others never return, so the first to do so are the work loops, or a failure.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func workLoops() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<configuration.commandConcurrency {
                group.addTask { try await applyCommands() }
            }
            group.addTask { try await lookUpFacts() }
            group.addTask { try await deliverAlerts() }
            for _ in 0..<configuration.concurrency {
                group.addTask { try await carryOutTasks() }
                group.addTask { try await takeChargeOfRuns() }
            }
            // Not waitForAll, which would hear of a failure only once all the others have ended.
            while try await group.next() != nil {}
        }
    }

    // MARK: - Work

    private func applyCommands() async throws {
        let connection = try await Connection.connect(configuration.database)
        let processor = CommandProcessor(
            connection: connection, facts: facts, retry: configuration.commandRetry)
        var watch = CommandWatch(pollInterval: configuration.pollInterval)
        var refusals = 0
        while !stop.isMade {
            let seen = commandBell.rings
            let began = ContinuousClock.now
            do {
                let batch = try await processor.applyBatch()
                refusals = 0
                if batch.hasChecks { checkBell.ring() }
                if batch.count > 0 {
                    watch.foundSomething(at: began)
                    continue
                }
            } catch let refused as BatchRefused {
                logger.error(
                    "no outcome could be written; trying again",
                    metadata: ["reason": "\(refused.reason)"])
                refusals += 1
                await rest(.seconds(min(1 << min(refusals - 1, 5), 30)))
                continue
            }
            await commandBell.wait(after: seen, atMost: watch.next())
        }
        await connection.close()
    }

    /// Looks up what commands depend on, many at once: each waits for somebody else's server.
    private func lookUpFacts() async throws {
        let lookup = FactLookup(
            worker: session.id, pool: checkPool, facts: facts, retry: configuration.commandRetry)
        let free = Locked(Self.lookupsMax)
        try await withThrowingTaskGroup(of: Void.self) { group in
            while !stop.isMade {
                let seen = checkBell.rings
                let checks = free.withLock({ $0 > 0 }) ? try await lookup.claim() : []
                free.withLock { $0 -= checks.count }
                for check in checks {
                    group.addTask {
                        try await carryOut(check, lookup)
                        free.withLock { $0 += 1 }
                        commandBell.ring()
                        checkBell.ring()
                    }
                }
                if checks.isEmpty {
                    await checkBell.wait(after: seen, atMost: configuration.pollInterval)
                }
            }
            try await group.waitForAll()
        }
    }

    /// For how many commands a worker looks facts up before it claims more.
    private static let lookupsMax = 4 * FactLookup.actorMax

    private func carryOut(_ check: FactLookup.Check, _ lookup: FactLookup) async throws {
        var refusals = 0
        while true {
            do {
                return try await lookup.carryOut(check)
            } catch let refused as BatchRefused {
                logger.error(
                    "no outcome could be written; trying again",
                    metadata: ["reason": "\(refused.reason)"])
                refusals += 1
                try await Task.sleep(for: .seconds(min(1 << min(refusals - 1, 5), 30)))
            }
        }
    }

    private var facts: FactFinder {
        let access = configuration.access
        return FactFinder(
            destinationTest: { await access.test($0) }, destinationCheck: { access.check($0) },
            deliveryCheck: { await access.visibility(of: $0) },
            templateCheck: { await access.check(template: $1, kind: $0) },
            runPlanning: { await RunPlanner(access: access).plan($0, $1) })
    }

    /// Waits so long, however many commands come meanwhile; less when the worker is to stop.
    private func rest(_ duration: Duration) async {
        let end = ContinuousClock.now + duration
        while !Task.isCancelled {
            let seen = commandBell.rings
            let left = end - .now
            if stop.isMade || left <= .zero { return }
            await commandBell.wait(after: seen, atMost: left)
        }
    }

    private func carryOutTasks() async throws {
        let executor = TaskExecutor(
            store: store, lease: session.lease, active: active, access: configuration.access,
            logger: logger)
        while !stop.isMade {
            let seen = runBell.rings
            if let task = try await store.claimTask() {
                try await executor.carryOut(task)
            } else {
                await runBell.wait(after: seen, atMost: configuration.pollInterval)
            }
        }
    }

    private func takeChargeOfRuns() async throws {
        let coordinator = RunCoordinator(
            store: store, lease: session.lease, bell: runBell, access: configuration.access,
            policy: configuration.runRetry, logger: logger)
        while !stop.isMade {
            let seen = runBell.rings
            if let run = try await store.claimRun() {
                try await coordinator.carryOut(run)
            } else {
                await runBell.wait(after: seen, atMost: configuration.pollInterval)
            }
        }
    }

    private func deliverAlerts() async throws {
        let dispatcher = AlertDispatcher(
            store: AlertStore(worker: session.id, pool: alertPool),
            options: configuration.alerts, bell: alertBell, logger: logger)
        try await dispatcher.run(pollInterval: configuration.pollInterval) { stop.isMade }
    }

    // MARK: - What keeps it going

    private func hear() async throws {
        let connection = try await Connection.connect(configuration.database)
        let bells = [
            "ferry_commands": commandBell, "ferry_runs": runBell, "ferry_alerts": alertBell,
        ]
        for try await notification in try await connection.listen(bells.keys.sorted()) {
            // Only a hint: the loops look at what is there.
            bells[notification.channel]?.ring()
        }
        try Task.checkCancellation()
        throw PostgresError.connectionLost("the notifications ended")
    }

    /// Looks each second whether the schedule of a group has come.
    private func fireSchedules() async throws {
        let logger = logger
        while true {
            try await Task.sleep(for: .seconds(1))
            try await pool.withConnection { connection in
                for trouble in try await Scheduler(connection).fireDue() {
                    logger.error("a schedule cannot be read", metadata: ["group": "\(trouble)"])
                }
            }
        }
    }

    private func checkSandboxes() async throws {
        let validator = SandboxValidator(
            facts: facts, interval: configuration.sandboxCheckInterval)
        while true {
            try await Task.sleep(for: .seconds(1))
            while try await pool.withConnection({ try await validator.checkNext($0) }) {}
        }
    }

    private func reportProgress() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            let reports = active.takeReports()
            if reports.isEmpty { continue }
            let json = String(decoding: try JSONEncoder().encode(reports), as: UTF8.self)
            let worker = session.id
            let live = try await pool.withConnection { connection in
                try await connection.query(
                    "select live, bytes_per_second from ferry_state.report_progress($1, $2::jsonb)",
                    [.int(worker), .text(json)]
                ).map { (try $0[0].int64(), try $0[1].optionalInt64()) }
            }
            active.direct(reports, Dictionary(live, uniquingKeysWith: { $1 }))
        }
    }
}
