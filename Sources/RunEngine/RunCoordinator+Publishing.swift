import Destinations
import Failpoints
import Lifecycle
import Logging
import Values

// From the intent to the end: once its publication is recorded, a run only rolls forward, unless it
// is certain that none of its output can become visible any more, or an administrator abandons it.
extension RunCoordinator {
    func resumePublishing(_ run: ClaimedRun) async throws {
        guard let intent = run.intent, let status = try await store.status(of: run) else {
            throw ClaimLost()
        }
        let destination = try access.open(run.inputs.destination)
        let settings = try access.settings(run.inputs)
        try await publish(
            run, to: destination,
            Delivery.publication(
                of: run, token: intent.token, manifest: Array(intent.text.utf8), settings,
                status))
    }

    func publish(
        _ run: ClaimedRun, to destination: any DestinationAdapter, _ publication: Publication
    ) async throws {
        do {
            try lease.check()
            // A run that is abandoned, or lost to another worker, is ended as soon as that is
            // noticed.
            try await unlessStopped(run) { try await destination.publish(publication) }
        } catch let error as DestinationError {
            throw PublishingError(
                reason: RunError(publishing: error, run: run.id),
                isFinal: error.provesNothingVisible)
        }
        // Before the end is recorded: a worker that dies in between then leaves no files that would
        // never be removed.
        await removeStaging(of: run)
        Failpoint.reach("run.before_completion")
        guard try await store.complete(run, at: destination.location(of: publication)) else {
            throw ClaimLost()
        }
        logger.info(
            "run succeeded",
            metadata: [
                "run": "\(run.id)", "export": "\(shown(run.dataExportName))",
            ])
    }

    /// Checks for obstacles to the publication while the run can still fail. Transient errors are
    /// retried a few times: retrying the whole run, which reads all tables again, costs more.
    func rehearse(
        _ publication: Publication, at destination: any DestinationAdapter
    ) async throws {
        for delay in [Duration.seconds(1), .seconds(3)] {
            do {
                return try await destination.rehearse(publication)
            } catch let error as DestinationError where error.disposition == .retry {
                try await Task.sleep(for: delay)
            }
        }
        try await destination.rehearse(publication)
    }

    func publishLater(_ run: ClaimedRun, _ runError: RunError) async throws {
        logger.warning(
            "run not published",
            metadata: [
                "run": "\(run.id)", "code": "\(runError.code)",
                "origin": "\(runError.origin)", "reason": "\(runError.message)",
            ])
        _ = try await store.publishLater(run, policy, runError)
    }

    func failPublishing(_ run: ClaimedRun, _ runError: RunError) async throws {
        logger.warning(
            "run failed",
            metadata: [
                "run": "\(run.id)", "code": "\(runError.code)",
                "origin": "\(runError.origin)", "reason": "\(runError.message)",
            ])
        if try await store.fail(run, in: .publishing, runError) { await removeStaging(of: run) }
    }
}
