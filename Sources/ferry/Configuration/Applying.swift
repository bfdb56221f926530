import ArgumentParser
import ConfigurationFiles
import Locks
import Postgres
import Values
import Watching

/// Applies the changes of a plan, one after the other.
struct Applying: Sendable {
    let access: ConfigurationAccess
    let claim: ApplyClaim
    /// For each command, in seconds.
    let timeout: Double
    let report: ConfigurationReport

    /// How long an interrupted apply waits until its change is reverted, in seconds.
    private static let takingBackTimeout = 15.0

    /// Applies and reports all changes; stops at the first that fails, and at a signal.
    ///
    /// - Throws: The exit status, once everything is reported.
    func carryOut(_ plan: ConfigurationPlan) async throws {
        let signal = Locked<Int32?>(nil)
        let work = Task { try await makeAll(plan) }
        let sources = Interruption.handle { number in
            signal.withLock { $0 = $0 ?? number }
            work.cancel()
        }
        defer { withExtendedLifetime(sources) {} }
        do {
            try await work.value
        } catch {
            guard let number = signal.withLock({ $0 }) else { throw error }
            throw ExitCode(128 + number)
        }
    }

    private func makeAll(_ plan: ConfigurationPlan) async throws {
        for (index, change) in plan.changes.enumerated() {
            var sent: [SentCommand] = []
            do {
                try await make(change, &sent)
            } catch {
                let made = Quantity.plural(Int64(plan.changes.count), "change")
                try await ignoringClosedOutput {
                    try await report.refused(
                        change, sent, Failure(error),
                        "\(index) of \(made) made; apply the file again to continue")
                }
                throw Failure(error).status.code
            }
            try await ignoringClosedOutput { try await report.made(change, sent) }
        }
        try await ignoringClosedOutput { try await report.end(of: plan, isDone: true) }
    }

    /// Reports to a reader who may have gone: changes that have started continue anyway.
    private func ignoringClosedOutput(_ report: () async throws -> Void) async throws {
        do { try await report() } catch is OutputClosed {}
    }

    /// Sends the commands of a change. A change that fails halfway is reverted.
    private func make(_ change: ConfigurationChange, _ sent: inout [SentCommand]) async throws {
        var applied = 0
        var attempted = 0
        for command in change.commands {
            do {
                try Task.checkCancellation()
                attempted += 1
                let one = try await send(command)
                sent.append(one)
                try await one.applied(timeout: timeout, connection: access.connection)
                applied += 1
            } catch {
                let failure = Failure(error)
                if Task.isCancelled {
                    throw await interrupted(change, hasBegun: attempted > 0)
                }
                if applied > 0, failure.status != .timedOut, let command = change.takingBack {
                    try? await takeBack(command, timeout: timeout)
                }
                throw failure
            }
        }
    }

    private func send(_ command: PlannedCommand) async throws -> SentCommand {
        try await claim.confirm()
        return try await SentCommand(
            command.command, command.arguments.text, environment: access.environment,
            idempotencyKey: await claim.nextKey(), over: access.connection)
    }

    private func takeBack(_ command: PlannedCommand, timeout: Double) async throws {
        try await send(command).applied(timeout: timeout, connection: access.connection)
    }

    /// Reverts a started change. Its commands may still be waiting: the reverting command is
    /// applied after them.
    private func interrupted(
        _ change: ConfigurationChange, hasBegun: Bool
    ) async -> Failure {
        guard hasBegun else { return Failure(.interrupted, "interrupted before it started") }
        guard let command = change.takingBack else {
            return Failure(
                .interrupted, "interrupted; the command that was sent may still be applied")
        }
        // This task is cancelled, and so is everything that it does itself.
        let taken = Task<String?, Never> {
            do {
                try await takeBack(command, timeout: Self.takingBackTimeout)
                return "interrupted; the change was reverted"
            } catch let failure as Failure where failure.status == .failed {
                // The last command had been applied, or the first never was.
                return "interrupted; nothing is left half done"
            } catch {
                return nil
            }
        }
        if let words = await taken.value { return Failure(.interrupted, words) }
        return Failure(
            .interrupted, "interrupted; the change is not reverted yet",
            hint: "apply the file again, or discard the remaining draft: `ferry plan` shows it")
    }
}
