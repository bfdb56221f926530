import CommandProcessing
import Foundation
import Logging
import Postgres
import RunEngine
import Waiting

/// The duties of a worker besides its own work, once a second: releases the work of expired
/// workers, fires schedules, checks sandboxes, and wakes the loops that have work left.
///
/// One query shows whether anything is due: an idle worker runs it once a second.
struct Housekeeper: Sendable {
    let pool: ConnectionPool
    let store: RunStore
    let validator: SandboxValidator
    let retrier: Retrier
    /// Signalled when there are runs or tasks without a worker.
    let runSignal: WakeSignal
    let logger: Logger

    static let interval = Duration.seconds(1)
    private static let tidyInterval = Duration.seconds(60)

    private struct DueWork: Decodable {
        let silent: Bool
        let schedules: Bool
        let sandboxes: Bool
        let runs: Bool
        let tasks: Bool
    }

    /// The wake-up signal of each duty.
    private struct Signals {
        let silent = WakeSignal()
        let schedules = WakeSignal()
        let sandboxes = WakeSignal()
    }

    /// Looks until cancelled. Each duty has a loop of its own, so that none waits for another.
    func run() async throws {
        let signals = Signals()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await look(signals) }
            group.addTask { try await tidy() }
            group.addTask {
                var rescuer = Rescuer(pool: pool, logger: logger)
                try await whenever(signals.silent) {
                    try await retrier.run("take over work of expired workers", .everything) { _ in
                        try await rescuer.look()
                    }
                }
            }
            group.addTask {
                var unreadable: Set<String> = []
                try await whenever(signals.schedules) {
                    unreadable = try await fireSchedules(known: unreadable)
                }
            }
            group.addTask {
                try await whenever(signals.sandboxes) { try await checkSandboxes() }
            }
            for try await _ in group {}
        }
    }

    private func whenever(_ signal: WakeSignal, _ duty: () async throws -> Void) async throws {
        var seen = signal.count
        while true {
            await signal.wait(after: seen, atMost: .seconds(3600))
            try Task.checkCancellation()
            seen = signal.count
            try await duty()
        }
    }

    private func look(_ signals: Signals) async throws {
        var interval = Self.interval
        while true {
            try await Task.sleep(for: interval)
            let due = try await retrier.run("look for work", .everything) { _ in
                try await pool.withConnection { connection in
                    let rows = try await connection.query("select ferry_state.due_work()")
                    return try JSONDecoder().decode(
                        DueWork.self, from: Data(try rows[0][0].string().utf8))
                }
            }
            if due.runs || due.tasks { runSignal.send() }
            if due.silent { signals.silent.send() }
            // An expired worker is recognized at the second look.
            interval = due.silent ? Self.interval / 4 : Self.interval
            if due.schedules { signals.schedules.send() }
            if due.sandboxes { signals.sandboxes.send() }
        }
    }

    private func tidy() async throws {
        var tidied = ContinuousClock.now - Self.tidyInterval
        while true {
            try await Task.sleep(for: Self.interval)
            try await retrier.run("release lost claims", .everything) { _ in
                try await store.releaseOrphans()
            }
            guard .now - tidied >= Self.tidyInterval else { continue }
            tidied = .now
            try await retrier.run("delete old plans", .everything) { _ in
                _ = try await pool.withConnection {
                    try await $0.query("select ferry_state.forget_plans()")
                }
            }
        }
    }

    /// - Parameter known: The errors of schedules at the last look, which are not logged again.
    /// - Returns: Their current errors.
    private func fireSchedules(known: Set<String>) async throws -> Set<String> {
        let unreadable = try await retrier.run("fire schedules", .everything) { _ in
            try await pool.withConnection { try await Scheduler($0).fireDue() }
        }
        for reason in unreadable where !known.contains(reason) {
            logger.error("a schedule cannot be read", metadata: ["group": "\(reason)"])
        }
        return Set(unreadable)
    }

    private func checkSandboxes() async throws {
        var isMore = true
        while isMore {
            isMore = try await retrier.run("check sandboxes", .everything) { _ in
                try await pool.withConnection { try await validator.checkNext($0) }
            }
        }
    }
}
