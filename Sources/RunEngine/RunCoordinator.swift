import Destinations
import Failpoints
import Formats
import Foundation
import Lifecycle
public import Logging
import Manifests
import Postgres
import SourceDatabases
public import Waiting

/// Coordinates runs: holds a run's snapshot, offers its tables to all workers, and publishes.
public struct RunCoordinator: Sendable {
    let store: RunStore
    let lease: Lease
    /// Signalled when something about a run has changed.
    let signal: WakeSignal
    let access: DestinationAccess
    let policy: RunRetryPolicy
    let logger: Logger

    public init(
        store: RunStore, lease: Lease, signal: WakeSignal, access: DestinationAccess,
        policy: RunRetryPolicy = RunRetryPolicy(), logger: Logger
    ) {
        self.store = store
        self.lease = lease
        self.signal = signal
        self.access = access
        self.policy = policy
        self.logger = logger
    }

    /// Processes a claimed run as far as possible: to its end, to a later attempt, or until another
    /// worker takes over. Releases it when this task is cancelled.
    ///
    /// - Throws: ``QueueUnavailable``
    public func carryOut(_ run: ClaimedRun) async throws {
        Failpoint.reach("run.claimed")
        do {
            switch run.state {
            case .publishing: try await resumePublishing(run)
            case .stopping: throw StopRequested()
            default: try await attempt(run)
            }
        } catch {
            // Even if this task was cancelled: its claim must be released.
            try await Task { try await settle(run, error) }.value
        }
    }

    private func settle(_ run: ClaimedRun, _ error: any Error) async throws {
        switch error {
        case is QueueUnavailable: throw error
        case is CancellationError, is ClaimLost, is LeaseLost:
            // An expired lease may be renewed before another worker takes over: then the run is
            // still ours, and no one would ever continue it.
            _ = try await store.release(run)
        case is StopRequested: try await stop(run)
        case let runError as PublishingError where runError.isFinal:
            try await failPublishing(run, runError.reason)
        case let runError as PublishingError:
            try await publishLater(run, runError.reason)
        default:
            try await fail(run, RunError(error, while: "run \(run.id)"))
        }
    }

    private func fail(_ run: ClaimedRun, _ runError: RunError) async throws {
        logger.warning(
            "run failed",
            metadata: [
                "run": "\(run.id)", "code": "\(runError.code)",
                "origin": "\(runError.origin)", "reason": "\(runError.message)",
            ])
        if runError.isTransient {
            // Above all tokens of this attempt, below all of a later one.
            let bound = try await store.drawToken()
            let postponement = try await store.retryLater(
                run, after: policy.delay(afterAttempt: run.attempt), within: policy.deadline,
                runError)
            if postponement == .retrying {
                return await removeStaging(of: run, tokens: Int64.min...bound)
            }
        }
        if try await store.fail(run, runError) {
            Failpoint.reach("run.after_failure")
            return await removeStaging(of: run)
        }
        switch try await store.state(of: run) {
        case .stopping: try await stop(run)
        case .publishing: try await publishLater(run, runError)
        default: break
        }
    }

    private func stop(_ run: ClaimedRun) async throws {
        await removeStaging(of: run)
        _ = try await store.finishStop(run)
    }

    /// - Parameter tokens: Nil for all, once nothing more will be staged for the run.
    func removeStaging(of run: ClaimedRun, tokens: ClosedRange<Int64>? = nil) async {
        do {
            let destination = try access.open(run.inputs.destination)
            if let tokens {
                try await destination.discard(run: run.id, tokens: tokens)
            } else {
                try await destination.discard(run: run.id, exceptTokens: [])
            }
        } catch {
            logger.warning(
                "staging not removed",
                metadata: [
                    "run": "\(run.id)", "reason": "\(error)",
                ])
        }
    }

    /// Removes files that ended runs have left at a destination: their worker died before removing
    /// them, or a worker that had been considered dead came back later.
    private func sweep(_ destination: any DestinationAdapter, for run: ClaimedRun) async {
        do {
            let staged = try await destination.stagedRuns().subtracting([run.id])
            if staged.isEmpty { return }
            // Other users of the same staging are not ours: unknown runs stay.
            for ended in try await store.ended(staged, besides: run) {
                try await destination.discard(run: ended, exceptTokens: [])
            }
        } catch {
            logger.warning(
                "staging of ended runs not removed",
                metadata: [
                    "run": "\(run.id)", "reason": "\(error)",
                ])
        }
    }

    // MARK: - From the snapshot to the intent

    private func attempt(_ run: ClaimedRun) async throws {
        let destination = try access.open(run.inputs.destination)
        var settings = try access.settings(run.inputs)
        // An unusable key is reported before anything is read.
        let key = try await settings.openKeyring(of: access.credentials)?.fingerprint
        let source = SourceDatabase(
            name: run.inputs.database.name, credential: run.inputs.database.credential,
            of: access.credentials)
        // An earlier attempt's files belong to another snapshot. Only up to our own token: if this
        // worker was suspended, files of a later attempt may exist.
        try await destination.discard(run: run.id, tokens: Int64.min...run.token)
        await sweep(destination, for: run)
        let snapshot = try await unlessStopped(run) {
            try await SourceSnapshot.take(source, run.inputs)
        }
        do {
            let offers = try ReadOffer.offers(
                for: snapshot.tables, settings,
                Delivery.nameValues(export: run.dataExportName, run: run.id, snapshot))
            try await store.note(snapshot.role, of: run.inputs.database.credential)
            Failpoint.reach("run.before_open")
            guard
                try await store.open(
                    run, snapshot: snapshot.id, takenAt: snapshot.takenAt, reads: offers)
            else { throw await lost(run) }
            let finished = try await waitForTasks(of: run, snapshot)
            let warnings =
                try RowJudge.judge(finished.reads, run.inputs.tableSettings)
                + snapshot.warnings(of: finished.reads)
                + ValueWarnings.warnings(of: finished.reads)
            try settings.name(key, of: finished)
            let manifest = try Delivery.manifest(of: run, snapshot, settings, finished, warnings)
            var publication = Delivery.publication(
                of: run, token: run.token, manifest: manifest.encoded(), settings, finished)
            publication.primary = snapshot.primary
            let decided = publication
            try await unlessStopped(run) { try await rehearse(decided, at: destination) }
            Failpoint.reach("run.before_intent")
            try lease.check()
            guard
                try await store.beginPublishing(
                    run, manifest: String(decoding: manifest.encoded(), as: UTF8.self),
                    sha256: manifest.sha256)
            else { throw await lost(run) }
            Failpoint.reach("run.after_intent")
            await snapshot.release()
            try await publish(run, to: destination, decided)
        } catch {
            await snapshot.release()
            throw error
        }
    }

    /// Why one of our writes had no effect.
    private func lost(_ run: ClaimedRun) async -> any Error {
        let state = try? await store.state(of: run)
        return state == .stopping ? StopRequested() : ClaimLost()
    }

    private func waitForTasks(
        of run: ClaimedRun, _ snapshot: SourceSnapshot
    ) async throws -> RunStatus {
        while true {
            let seen = signal.count
            try lease.check()
            guard let status = try await store.status(of: run) else { throw ClaimLost() }
            if status.state == .stopping { throw StopRequested() }
            if let failure = status.failure { throw RunError(failure) }
            if status.unfinished == 0 { return status }
            do {
                try await snapshot.check()
            } catch {
                try Task.checkCancellation()
                throw RunError(snapshotLost: error, database: run.inputs.database.name)
            }
            await signal.wait(after: seen, atMost: .seconds(1))
            try Task.checkCancellation()
        }
    }
}

/// Another worker coordinates the run now.
struct ClaimLost: Error {}

/// A stop of the run was requested.
struct StopRequested: Error {}

/// Publishing failed this time; it must be continued.
struct PublishingError: Error {
    let reason: RunError
    /// Whether it is certain that none of the run's output can become visible any more.
    let isFinal: Bool
}
