import Foundation
import TestSupport
import Testing

/// Whatever a worker calls in the queue's database fails once, with each class of error that is
/// transient.
@Suite("A worker whose every call of the queue fails once", .timeLimit(.minutes(15)))
struct FaultyQueueTests {
    /// By the loop that calls them.
    private static let functions = [
        "commands": [
            "claim_commands", "load_world", "load_configuration", "save_changes",
            "finish_commands", "record_events",
        ],
        "facts": ["return_checks", "claim_checks", "take_check", "release_waiting_commands"],
        "runs": [
            "claim_run", "open_run", "run_status", "begin_publishing",
            "complete_run", "fail_run", "finish_stop",
        ],
        "tasks": ["claim_task", "finish_task", "report_progress"],
        "alerts": ["claim_alert_deliveries", "finish_alert_delivery", "tell_long_runs"],
        "house": ["due_work", "silent_workers", "rescue", "forget_plans"],
        "schedules": ["due_groups", "fire_schedule"],
        "sandboxes": ["claim_sandbox_check", "sandbox_world", "save_sandbox_problems"],
        "prune": ["prune_when_due"],
    ].values.flatMap { $0 }

    private static let states = [
        "25006", "40001", "40P01", "53100", "53200", "53300", "55P03", "57014", "58030",
    ]

    @Test(arguments: states.map(FaultyQueue.Fault.error) + [.endOfSession])
    func `does all the same, at the first attempt of each`(_ fault: FaultyQueue.Fault) async throws
    {
        // The lease is renewed by statements of their own session, whose end ends the worker.
        let ofSession = fault.isOfSession ? [] : ["heartbeat"]
        let functions = Self.functions + ofSession
        let receiver = try WebhookServer()
        defer { receiver.stop() }
        try await Scene.with(tables: HeldTable.script) { scene in
            try await scene.takeClock(at: "2026-01-01 00:00:30Z")
            let lost = try scene.start("lost")
            try await scene.registered("lost")
            lost.signal(SIGKILL)
            _ = try await lost.end()
            let faulty = try await FaultyQueue.make(fault, in: functions, of: scene.queue)

            let worker = try scene.start(
                "worker", lease: 3, arguments: ["--sandbox-check-interval", "1"])
            try await scene.doEverything(receiver)

            // By a name, so that a failure shows which.
            var unmet = functions
            try? await eventually(within: .seconds(120), "each works after it failed") {
                unmet = try await faulty.unmet(functions)
                return unmet.isEmpty
            }
            #expect(unmet == [])
            #expect(worker.isRunning)
            #expect(
                try await scene.queue.texts("select name from ferry_state.workers order by id")
                    == ["lost", "worker"])
            #expect(
                try await scene.queue.texts(
                    """
                    select concat_ws(' ', command, state, attempts, message)
                      from ferry.command_status where state <> 'applied' or attempts <> 1
                    """) == [])
            #expect(
                try await scene.queue.texts(
                    "select concat_ws(' ', state, attempts) from ferry.runs order by id")
                    == ["succeeded 1", "stopped 1", "failed 1", "succeeded 1"])
            #expect(
                try await scene.queue.texts(
                    "select concat_ws(' ', state, attempts) from ferry.alert_deliveries")
                    == ["delivered 1", "delivered 1"])
            #expect(try await scene.fired() == ["00:01"])
            worker.signal(SIGTERM)
            #expect(try await worker.end() == .exit(0))
        }
    }
}

extension FaultyQueue.Fault {
    fileprivate var isOfSession: Bool {
        if case .endOfSession = self { true } else { false }
    }
}

extension Scene {
    /// A run that succeeds, one that is stopped, one that fails, one of a schedule; with alerts, a
    /// sandbox and a prune.
    fileprivate func doEverything(_ receiver: WebhookServer) async throws {
        try await configure(tables: #"["held", "customers"]"#)
        let (url, key) = (receiver.url("/200"), WebhookServer.secret)
        try give("hook", #"{"kind": "webhook", "url": "\#(url)", "key": "\#(key)"}"#)
        try await apply(
            "create_alert", #"{"name": "Ops", "on": ["success"], "credential": "hook"}"#)
        try await apply("change_setting", #"{"name": "retention", "value": "400d"}"#)
        try await apply("create_sandbox", #"{"name": "Try"}"#)

        // Held so long that its progress is reported.
        let first = try await HeldTable.close(in: source)
        let succeeding = try await run()
        try await HeldTable.isReached(in: source)
        try await eventually(within: .seconds(60), "its progress is seen") {
            try await queue.number("select last_value from fault.report_progress") >= 2
        }
        await first.open()
        try await reaches("succeeded", succeeding)

        let second = try await HeldTable.close(in: source)
        let stopped = try await run()
        try await HeldTable.isReached(in: source)
        try await apply("stop_run", #"{"run": \#(stopped)}"#)
        try await reaches("stopped", stopped)
        await second.open()

        try await source.run("alter table public.held rename to away")
        try await reaches("failed", try await run())
        try await source.run("alter table public.away rename to held")

        try await apply(
            "create_orchestration_group",
            #"{"name": "G", "orchestrations": ["Daily customers"], "schedule": "* * * * *"}"#)
        try await setClock("2026-01-01 00:01:00Z")
        try await eventually(within: .seconds(60), "the scheduled run and the alerts are there") {
            try await queue.number(
                """
                select (select count(*) from ferry.group_runs where state = 'succeeded')
                     + (select count(*) from ferry.alert_deliveries where state = 'delivered')
                """) == 3
        }
    }
}
