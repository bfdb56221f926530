import Lifecycle

private let failed = Scene(hasOrchestration: true, run: .failed)

let resolutionCases = [
    RejectionCase(
        .runNotFailed, command("retry_run", ["run": 40]),
        in: Scene(hasOrchestration: true, run: .succeeded),
        message: "run 40 is not failed (succeeded)",
        hint: "run_orchestration starts another run"),
    RejectionCase(
        .runNotFailed, command("restart_run", ["run": 40]),
        in: Scene(hasOrchestration: true, run: .running),
        message: "run 40 is not failed (running)", hint: "wait until it has ended"),
    RejectionCase(
        .notFound, command("skip_task", ["run": 41, "table": "a"]), in: failed,
        message: "run 41 does not exist",
        hint: "see what there is: select id, state from ferry.runs"),
    RejectionCase(
        .notFound, command("restart_run", ["run": 40]), in: Scene(run: .failed),
        message: "orchestration \"Nightly\" of run 40 does not exist any more",
        hint: "retry_run starts the run again with what it was started with"),
    RejectionCase(
        .notFound, command("retry_run", ["run": 40]),
        in: Scene(hasDestination: false, hasTemplate: false, run: .failed),
        message: "destination \"Lake\" of run 40 does not exist any more",
        hint: "restart_run starts the run again with today's configuration"),
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
        hint: "resolve run 41, which failed too"),
    RejectionCase(
        .noTablesLeft, command("skip_task", ["run": 41, "table": "b"]), resolved: .failed,
        message: "cannot skip table \"public.b\" of run 41: it is the only one",
        hint: "retry_run or restart_run starts the run again with it"),
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
