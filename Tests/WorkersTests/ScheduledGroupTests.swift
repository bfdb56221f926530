import Foundation
import Manifests
import TestSupport
import Testing

@Suite("A scheduled group", .timeLimit(.minutes(15)))
struct ScheduledGroupTests {
    @Test(arguments: ["schedules.before_commit", "schedules.after_commit"])
    func `runs once when a worker is killed as its time comes`(at place: String) async throws {
        try await Scene.with { scene in
            try await scene.takeClock(at: "2026-01-01 00:00:30Z")
            let victim = try scene.start("victim", failpoint: place)
            try await scene.configureGroup(schedule: "* * * * *")

            try await scene.setClock("2026-01-01 00:01:00Z")
            #expect(try await victim.end() == .signal(SIGKILL))
            _ = try scene.start("heir")

            try await eventually(within: .seconds(60), "the group run succeeds") {
                try await scene.queue.texts("select state from ferry.group_runs") == ["succeeded"]
            }
            #expect(try await scene.fired() == ["00:01"])
            #expect(try scene.delivered.manifest().files.count == 1)
        }
    }

    #if os(Linux)
        @Test func `runs once each minute by five workers whose clocks disagree`() async throws {
            try await Scene.with { scene in
                try await scene.takeClock(at: "2026-01-01 00:00:30Z")
                let clock = try WrongClock(in: scene.folder)
                let day = 86_400
                var workers: [WorkerProcess] = []
                for (index, ahead) in [0, 90, -3600, 400 * day, -400 * day].enumerated() {
                    workers.append(
                        try scene.start(
                            "worker\(index)", concurrency: 1,
                            environment: clock.environment(ahead: ahead)))
                    try await scene.registered("worker\(index)")
                }
                try await scene.configureGroup(schedule: "* * * * *")

                let minutes = 1...6
                for minute in minutes {
                    try await scene.setClock("2026-01-01 00:0\(minute):00Z")
                    try await eventually(within: .seconds(60), "minute \(minute) comes") {
                        try await scene.fired().count >= minute
                    }
                }
                try await eventually(within: .seconds(60), "all group runs succeed") {
                    try await scene.queue.number(
                        "select count(*) from ferry.group_runs where state = 'succeeded'") == 6
                }

                #expect(try await scene.fired() == minutes.map { "00:0\($0)" })
                let today = Date().formatted(.iso8601.year().month().day())
                #expect(workers[0].log.contains(today))
                #expect(workers[3...].allSatisfy { !$0.log.contains(today) })
            }
        }
    #endif
}

extension Scene {
    /// From now on the clock that schedules go by is set by ``setClock(_:)``.
    func takeClock(at time: String) async throws {
        try await queue.run(
            """
            create table public.clock (at timestamptz);
            insert into public.clock values ('\(time)');
            grant select on public.clock to ferry_worker;
            create or replace function ferry_state.now() returns timestamptz language sql
            as 'select at from public.clock';
            """)
    }

    func setClock(_ time: String) async throws {
        try await queue.run("update public.clock set at = '\(time)'")
    }

    func configureGroup(schedule: String) async throws {
        try await configure(tables: #"["public.customers"]"#)
        try await apply(
            "create_orchestration_group",
            """
            {"name": "G", "orchestrations": ["Daily customers"], "schedule": "\(schedule)"}
            """)
    }

    /// The times for which the schedule of the group made it run.
    func fired() async throws -> [String] {
        try await queue.texts(
            """
            select to_char(run_at at time zone 'UTC', 'HH24:MI') from ferry_state.commands
             where command = 'run_orchestration_group' order by id
            """)
    }
}
