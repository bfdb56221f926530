import Lifecycle
import Values
import Destinations
import Failpoints
import Logging

// From the intent to the end: a run that was decided to be published only rolls forward, unless it
// is certain that nothing of it can become visible any more, or an administrator abandons it.
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
            // One that is abandoned, or somebody else's, is ended as soon as that is seen.
            try await unlessStopped(run) { try await destination.publish(publication) }
        } catch let error as DestinationError {
            throw PublishingError(
                reason: RunError(publishing: error, run: run.id),
                isFinal: error.provesNothingVisible)
        }
        // Before the end is written: a worker that dies in between leaves nothing that nobody
        // would remove.
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

    /// Finds out what would keep the publication from being published, while the run can still
    /// fail. An error that may pass is looked at again a few times: reading all tables again, for
    /// which the run would have to be retried, costs more.
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
