// Ending runs that are publishing and cannot finish.
extension World {
    /// The run is failed, whatever its worker does afterwards; what that may have made visible is
    /// told.
    mutating func abandonRun(
        _ id: Int64, confirm: String, reason: String, _ author: Author
    ) throws(Refusal) -> [Event] {
        var run = try existingRun(id, author)
        try requirePublishing(run)
        if Name.key(of: confirm) != Name.key(of: run.orchestrationName) {
            throw .because(
                .notConfirmed,
                "run \(id) of \(quoted(run.orchestrationName)) was not abandoned: "
                    + "confirm says \(quoted(confirm))",
                hint: "abandoning cannot be undone: repeat the orchestration's name in confirm")
        }
        let delivery = try delivery(of: run)
        let failure = RunFailure(
            code: "abandoned", origin: .destination,
            message: "abandoned by \(quoted(author.actor)): \(shown(reason)); "
                + delivery.sentence,
            hint: delivery.hint)
        run.state = .failed
        run.failure = failure
        save(run)
        return [
            Event(
                .runFailed, run,
                details: [
                    "code": .string(failure.code), "origin": .string(failure.origin.rawValue),
                    "message": .string(failure.message), "hint": .string(failure.hint),
                    "reason": .string(reason), "visible": .string(delivery.word),
                ])
        ]
    }

    private func delivery(of run: Run) throws(Refusal) -> AbandonedDelivery {
        let state: DeliveryState
        let decided = Fact.decidedDelivery(run: run.id)
        switch facts[decided] {
        case .decided(let delivery):
            let fact = Fact.delivery(delivery)
            switch facts[fact] {
            case .delivery(let found): state = found
            case .failed(let reason): state = .unknown(reason: reason)
            default: throw .needs(fact)
            }
        case .failed(let reason): state = .unknown(reason: reason)
        default: throw .needs(decided)
        }
        // Asked last: the worker may have changed while the destination was asked.
        let worker = Fact.workerOfRun(run.id)
        guard case .names(let names) = facts[worker] else { throw .needs(worker) }
        return AbandonedDelivery(state: state, worker: names.first)
    }

    private func requirePublishing(_ run: Run) throws(Refusal) {
        let (wayOut, hint) =
            switch run.state {
            case .publishing: ("", "")
            case .queued, .running: (": stop it", "stop_run ends it, and nothing becomes visible")
            case .stopping: ("", "wait until it is stopped; nothing of it becomes visible")
            case .succeeded, .failed, .stopped: ("", "it has ended: there is nothing to abandon")
            }
        if run.state == .publishing { return }
        throw .because(
            .runNotPublishing,
            "run \(run.id) is not publishing (\(run.state.rawValue))\(wayOut)", hint: hint)
    }
}

/// What is known of the delivery of a run that is abandoned.
private struct AbandonedDelivery {
    let state: DeliveryState
    /// The worker that is publishing it just then; nil for none.
    let worker: String?

    var word: String {
        switch (state, worker) {
        case (.visible, _): "yes"
        case (.notVisible, nil): "no"
        case (.notVisible, _), (.unknown, _): "unknown"
        }
    }

    var sentence: String {
        switch (state, worker) {
        case (.visible(let location), _): "its manifest is visible: \(shown(location))"
        case (.notVisible, nil): "nothing of it is visible"
        case (.notVisible, let worker?):
            "nothing of it was visible, but worker \(quoted(worker)) was publishing it just then "
                + "and may have made it visible"
        case (.unknown(let reason), _):
            "whether it is visible could not be found out: \(shown(reason))"
        }
    }

    var hint: String {
        switch (state, worker) {
        case (.visible, _): "its delivery is complete: keep it, or remove it at the destination"
        case (.notVisible, nil): "fix the cause, then use retry_run or restart_run"
        case (.notVisible, _), (.unknown, _):
            "look at the destination, where a delivery is complete if it has a manifest; then use "
                + "retry_run or restart_run"
        }
    }
}
