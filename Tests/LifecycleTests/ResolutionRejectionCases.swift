import Lifecycle
import Values

private let failed = Scene(hasOrchestration: true, run: .failed)
private let publishing = Scene(hasOrchestration: true, run: .publishing)

private func abandonment(
    confirm: String = "Nightly", reason: String = "the bucket is gone"
) -> CommandEnvelope {
    command(
        "abandon_run", ["run": 40, "confirm": .string(confirm), "reason": .string(reason)])
}

let resolutionCases = [
    RejectionCase(
        .runNotFailed, command("retry_run", ["run": 40]),
        in: Scene(hasOrchestration: true, run: .succeeded),
        message: "run 40 has not failed (succeeded)",
        hint: "run_orchestration starts another run"),
    RejectionCase(
        .runNotFailed, command("restart_run", ["run": 40]),
        in: Scene(hasOrchestration: true, run: .running),
        message: "run 40 has not failed (running)", hint: "wait until it has ended"),
    RejectionCase(
        .runNotFailed, command("retry_run", ["run": 40]),
        in: Scene(hasOrchestration: true, run: .publishing),
        message: "run 40 has not failed (publishing)",
        hint: "wait until it has ended; abandon_run ends one that cannot"),
    RejectionCase(
        .runNotPublishing, abandonment(), in: Scene(hasOrchestration: true, run: .running),
        message: "run 40 is not publishing (running): stop it",
        hint: "stop_run ends it, and nothing becomes visible"),
    RejectionCase(
        .runNotPublishing, abandonment(), in: Scene(hasOrchestration: true, run: .stopping),
        message: "run 40 is not publishing (stopping)",
        hint: "wait until it is stopped; none of its output becomes visible"),
    RejectionCase(
        .runNotPublishing, abandonment(), in: failed,
        message: "run 40 is not publishing (failed)",
        hint: "it has already ended"),
    RejectionCase(
        .notConfirmed, abandonment(confirm: "daily"), in: publishing,
        message: "run 40 of \"Nightly\" was not abandoned: confirm is \"daily\"",
        hint: "abandoning cannot be undone: repeat the orchestration's name in confirm"),
    RejectionCase(
        .missingArgument, abandonment(reason: " "), in: publishing,
        message: "abandon_run needs the argument \"reason\", which is empty",
        hint: "give a short reason for abandoning it"),
    RejectionCase(
        .notFound, command("skip_task", ["run": 41, "table": "a"]), in: failed,
        message: "run 41 does not exist",
        hint: "list all: select id, state from ferry.runs"),
    RejectionCase(
        .notFound, command("restart_run", ["run": 40]), in: Scene(run: .failed),
        message: "orchestration \"Nightly\" of run 40 no longer exists",
        hint: "use retry_run to start the run with its original configuration"),
    RejectionCase(
        .notFound, command("retry_run", ["run": 40]),
        in: Scene(hasDestination: false, hasTemplate: false, run: .failed),
        message: "destination \"Lake\" of run 40 no longer exists",
        hint: "use restart_run to start the run with the current configuration"),
    RejectionCase(
        .tableNotInRun, command("skip_task", ["run": 40, "table": "sales.x"]), in: failed,
        message: "table \"sales.x\" is not in run 40",
        hint: "see its tables: select table_schema, table_name from ferry.run_tasks "
            + "where run_id = 40"),
    RejectionCase(
        .runResolved, command("retry_run", ["run": 40]), resolved: .running,
        message: "run 40 was resolved by run 41 (running)", hint: "see how run 41 ends"),
    RejectionCase(
        .runResolved, command("skip_task", ["run": 40, "table": "a"]), resolved: .failed,
        message: "run 40 was resolved by run 41 (failed)",
        hint: "resolve run 41, which also failed"),
    RejectionCase(
        .noTablesLeft, command("skip_task", ["run": 41, "table": "b"]), resolved: .failed,
        message: "cannot skip table \"public.b\" of run 41: it is the only one",
        hint: "use retry_run or restart_run to start the run with it"),
]

extension RejectionCase {
    /// Run 40 failed, and run 41, without table a, was started for it.
    fileprivate init(
        _ code: RejectionCode, _ command: CommandEnvelope, resolved state: RunState,
        message: String, hint: String
    ) {
        self.init(code, command, in: failed, message: message, hint: hint)
        world = resolvedWorld(state)
    }
}

/// Run 40 failed, and run 41, without table a, was started for it and is in this state.
func resolvedWorld(_ state: RunState) -> World {
    var world = failed.world
    _ = decide(LifecycleTests.command("skip_task", ["run": 40, "table": "a"], id: 41), &world)
    guard var run = world.run(id: 41) else { return world }
    run.state = state
    world.load(run)
    return world
}
