import Values

/// Ends a run that is publishing and cannot finish. The run is marked as failed, whatever its
/// worker does afterwards; the event records what that may have made visible.
struct AbandonRun: Command {
    static let definition = CommandDefinition(
        "abandon_run", on: .run, key: ["run"],
        ["run": .integer, "confirm": .name, "reason": .text], for: .abandonRun,
        "End a run that is publishing and cannot finish, and mark it as failed (administrators "
            + "only).")

    let id: Int64
    /// Must be the name of its orchestration.
    let confirm: String
    let reason: String

    init(_ given: Arguments) throws(Rejection) {
        id = try given.integer("run")
        confirm = try given.string("confirm")
        reason = try given.text("reason", hint: "give a short reason for abandoning it")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var run = try world.existingRun(id, author)
        try world.requirePublishing(run)
        if Name.key(of: confirm) != Name.key(of: run.orchestrationName) {
            throw .because(
                .notConfirmed,
                "run \(id) of \(quoted(run.orchestrationName)) was not abandoned: "
                    + "confirm is \(quoted(confirm))",
                hint: "abandoning cannot be undone: repeat the orchestration's name in confirm")
        }
        let delivery = try world.delivery(of: run)
        let failure = RunFailure(
            code: "abandoned", origin: .destination,
            message: "abandoned by \(quoted(author.actor)): \(shown(reason)); "
                + delivery.sentence,
            hint: delivery.hint)
        run.state = .failed
        run.failure = failure
        world.save(run)
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
}

extension World {
    fileprivate func delivery(of run: Run) throws(Refusal) -> AbandonedDelivery {
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
        // Checked last: the worker may have changed while the destination was checked.
        let worker = Fact.workerOfRun(run.id)
        guard case .names(let names) = facts[worker] else { throw .needs(worker) }
        return AbandonedDelivery(state: state, worker: names.first)
    }

    fileprivate func requirePublishing(_ run: Run) throws(Refusal) {
        let (wayOut, hint) =
            switch run.state {
            case .publishing: ("", "")
            case .queued, .running: (": stop it", "stop_run ends it, and nothing becomes visible")
            case .stopping: ("", "wait until it is stopped; none of its output becomes visible")
            case .succeeded, .failed, .stopped: ("", "it has already ended")
            }
        if run.state == .publishing { return }
        throw .because(
            .runNotPublishing,
            "run \(run.id) is not publishing (\(run.state.rawValue))\(wayOut)", hint: hint)
    }
}

/// The known state of the delivery of an abandoned run.
private struct AbandonedDelivery {
    let state: DeliveryState
    /// The worker that is publishing it at the moment; nil for none.
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
        case (.notVisible, nil): "none of its output is visible"
        case (.notVisible, let worker?):
            "none of its output was visible, but worker \(quoted(worker)) was still publishing it "
                + "and may have made it visible"
        case (.unknown(let reason), _):
            "cannot determine whether its output is visible: \(shown(reason))"
        }
    }

    var hint: String {
        switch (state, worker) {
        case (.visible, _): "its delivery is complete: keep it, or remove it at the destination"
        case (.notVisible, nil): "fix the cause, then use retry_run or restart_run"
        case (.notVisible, _), (.unknown, _):
            "check the destination: a delivery is complete if it has a manifest; then use "
                + "retry_run or restart_run"
        }
    }
}
