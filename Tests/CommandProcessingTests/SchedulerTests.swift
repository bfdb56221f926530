import Postgres
import TestSupport
import Testing
import Values

@testable import CommandProcessing

extension CommandScene {
    /// From now on the clock that schedules go by is set by ``setClock(_:)``.
    func takeClock(at time: String) async throws {
        try await admin.run(
            """
            create table public.clock (at timestamptz);
            insert into public.clock values ('\(time)');
            grant select on public.clock to ferry_worker;
            create or replace function ferry_state.now() returns timestamptz language sql
            as 'select at from public.clock';
            """)
    }

    func setClock(_ time: String) async throws {
        try await admin.run("update public.clock set at = '\(time)'")
    }

    func fire() async throws {
        let worker = try await database.connect(as: .worker)
        #expect(try await Scheduler(worker).fireDue() == [])
        await worker.close()
    }

    /// The times for which this group's schedule made it run.
    func fired(_ group: String = "G") async throws -> [String] {
        try await texts(
            """
            select to_char(run_at at time zone 'UTC', 'MM-DD HH24:MI') from ferry_state.commands
             where command = 'run_orchestration_group' and arguments ->> 'name' = $1
             order by id
            """, [.text(group)])
    }

    /// What events say of the group's schedule.
    func reported() async throws -> [String] {
        try await texts(
            """
            select event || ' ' || (details - 'command')::text from ferry.events
             where event like 'schedule_%' order by id
            """)
    }
}

@Suite("A schedule of a group", .timeLimit(.minutes(15)))
struct SchedulerTests {
    private func scheduled(
        _ schedule: String, _ extra: [String: JSONValue] = [:], at time: String,
        _ body: (CommandScene) async throws -> Void
    ) async throws {
        try await CommandScene.withOrchestrations { scene in
            try await scene.takeClock(at: time)
            let trigger: [String: JSONValue] = ["schedule": .string(schedule)]
            try await scene.createGroup("G", trigger.merging(extra) { $1 })
            try await body(scene)
        }
    }

    @Test func `makes it run at its time, once, as the role that set it`() async throws {
        try await scheduled("30 * * * *", at: "2026-01-01 00:29:59Z") { scene in
            try await scene.fire()
            #expect(try await scene.fired() == [])

            try await scene.setClock("2026-01-01 00:30:00Z")
            try await scene.fire()
            try await scene.fire()
            try await scene.setClock("2026-01-01 00:31:30Z")
            try await scene.fire()

            #expect(try await scene.fired() == ["01-01 00:30"])
            #expect(
                try await scene.reported() == [
                    #"schedule_fired {"for": "2026-01-01T00:30:00+00:00", "missed": 0}"#
                ])
            try await scene.processor().drain()
            #expect(
                try await scene.texts(
                    "select created_by || ' ' || scheduled_for::text from ferry.group_runs")
                    == ["test_client_alice 2026-01-01 00:30:00+00"])
            #expect(
                try await scene.texts(
                    "select next_times::text from ferry.orchestration_groups") == [
                        #"{"2026-01-01 01:30:00+00","2026-01-01 02:30:00+00","#
                            + #""2026-01-01 03:30:00+00"}"#
                    ])
        }
    }

    @Test func `that was missed makes it run once, for the latest time`() async throws {
        try await scheduled("0 * * * *", at: "2026-01-01 00:30Z") { scene in
            try await scene.setClock("2026-01-01 05:20Z")
            try await scene.fire()
            try await scene.fire()

            #expect(try await scene.fired() == ["01-01 05:00"])
            #expect(
                try await scene.reported() == [
                    #"schedule_fired {"for": "2026-01-01T05:00:00+00:00", "missed": 5}"#
                ])
        }
    }

    @Test func `that was missed is left out where it is to catch up on none`() async throws {
        try await scheduled("0 * * * *", ["catch_up": "none"], at: "2026-01-01 00:30Z") { scene in
            try await scene.setClock("2026-01-01 05:20Z")
            try await scene.fire()
            #expect(try await scene.fired() == [])
            // The last one is not missed: its minute has not passed.
            try await scene.setClock("2026-01-01 07:00:59Z")
            try await scene.fire()

            #expect(try await scene.fired() == ["01-01 07:00"])
            #expect(
                try await scene.reported() == [
                    #"schedule_missed {"latest": "2026-01-01T05:00:00+00:00", "missed": 5}"#,
                    #"schedule_fired {"for": "2026-01-01T07:00:00+00:00", "missed": 1}"#,
                ])
        }
    }

    @Test func `misses nothing while the group is disabled`() async throws {
        try await scheduled("0 * * * *", at: "2026-01-01 00:30Z") { scene in
            try await scene.apply("disable_orchestration_group", ["name": "G"])
            try await scene.setClock("2026-01-01 05:20Z")
            try await scene.fire()
            try await scene.apply("enable_orchestration_group", ["name": "G"])
            try await scene.fire()
            #expect(try await scene.fired() == [])

            try await scene.setClock("2026-01-01 06:00Z")
            try await scene.fire()
            #expect(try await scene.fired() == ["01-01 06:00"])
        }
    }

    @Test func `comes in production only`() async throws {
        try await scheduled("0 * * * *", at: "2026-01-01 00:30Z") { scene in
            try await scene.admin.run(
                "update ferry_state.orchestration_groups set environment = 'try out'")
            try await scene.setClock("2026-01-01 01:00Z")
            try await scene.fire()

            #expect(try await scene.fired() == [])
        }
    }

    @Test func `gets its next times where it has none, and does not come for that`() async throws {
        try await scheduled("0 * * * *", at: "2026-01-01 00:30Z") { scene in
            try await scene.admin.run(
                "update ferry_state.orchestration_groups set next_times = '{}'")
            try await scene.fire()

            #expect(try await scene.fired() == [])
            #expect(
                try await scene.texts("select next_times[1]::text from ferry.orchestration_groups")
                    == ["2026-01-01 01:00:00+00"])
        }
    }

    @Test func `does not come twice when the clock is set back`() async throws {
        try await scheduled("0 * * * *", at: "2026-01-01 00:30Z") { scene in
            try await scene.setClock("2026-01-01 01:00Z")
            try await scene.fire()
            try await scene.setClock("2026-01-01 00:59Z")
            try await scene.apply(
                "edit_orchestration_group", ["name": "G", "schedule": "*/30 * * * *"])
            try await scene.setClock("2026-01-01 01:00Z")
            try await scene.fire()

            #expect(try await scene.fired() == ["01-01 01:00"])
        }
    }

    @Test func `is checked against the current rights of its author when it is due`() async throws {
        try await scheduled("0 * * * *", at: "2026-01-01 00:30Z") { scene in
            try await scene.admin.run("delete from ferry_state.policy_assignments where id = -1")
            try await scene.setClock("2026-01-01 01:00Z")
            try await scene.fire()
            try await scene.processor().drain()

            #expect(
                try await scene.texts(
                    """
                    select state || ' ' || error_code from ferry.commands
                     where command = 'run_orchestration_group'
                    """) == ["rejected permission_denied"])
            #expect(try await scene.count("select count(*) from ferry_state.runs") == 0)
        }
    }

    @Test func `that is unreadable is reported, and blocks no other`() async throws {
        try await scheduled("0 * * * *", at: "2026-01-01 00:30Z") { scene in
            try await scene.createGroup("H", of: ["C"], ["schedule": "0 * * * *"])
            try await scene.admin.run(
                """
                update ferry_state.orchestration_groups set time_zone = 'Mars/Base'
                 where name = 'G'
                """)
            try await scene.setClock("2026-01-01 01:00Z")
            let worker = try await scene.database.connect(as: .worker)

            let problems = try await Scheduler(worker).fireDue()

            #expect(problems.count == 1)
            #expect(problems[0].hasSuffix("there is no time zone \"Mars/Base\""))
            #expect(try await scene.fired("H") == ["01-01 01:00"])
            #expect(try await scene.fired("G") == [])
        }
    }

    @Test func `is due regardless of unreadable others`() async throws {
        try await scheduled("0 * * * *", at: "2026-01-01 00:30Z") { scene in
            try await scene.admin.run(
                """
                insert into ferry_state.orchestration_groups
                       (id, environment, name, key, enabled, schedule, time_zone, catch_up,
                        next_times, runs_as, created_by)
                select -n, 'production', 'bad ' || n, 'bad ' || n, true, '0 * * * *', 'Mars/Base',
                       'one', array[timestamptz '2025-12-31 00:00Z'], 'a', 'a'
                  from generate_series(1, 101) as n
                """)
            try await scene.setClock("2026-01-01 01:00Z")
            let worker = try await scene.database.connect(as: .worker)

            let problems = try await Scheduler(worker).fireDue()

            #expect(problems.count == 101)
            #expect(try await scene.fired("G") == ["01-01 01:00"])
        }
    }

    @Test func `comes once each minute to five workers at the same moment`() async throws {
        try await scheduled("* * * * *", at: "2026-01-01 00:00:30Z") { scene in
            try await scene.createGroup("H", of: ["C"], ["schedule": "*/2 * * * *"])
            let minutes = 1...30
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 {
                    let worker = try await scene.database.connect(as: .worker)
                    group.addTask {
                        while !Task.isCancelled { _ = try await Scheduler(worker).fireDue() }
                    }
                }
                for minute in minutes {
                    try await scene.setClock("2026-01-01 00:\(minute):00Z")
                    try await eventually("minute \(minute) comes") {
                        let fired = try await scene.fired().count
                        let firedH = try await scene.fired("H").count
                        return fired >= minute && firedH >= minute / 2
                    }
                }
                group.cancelAll()
                while let result = await group.nextResult() {
                    if case .failure(let error) = result, !(error is CancellationError) {
                        throw error
                    }
                }
            }

            func at(_ minute: Int) -> String { "01-01 00:\(minute < 10 ? "0" : "")\(minute)" }
            #expect(try await scene.fired() == minutes.map(at))
            #expect(
                try await scene.fired("H") == minutes.filter { $0.isMultiple(of: 2) }.map(at))
        }
    }
}
