import Foundation
import Manifests
import TestSupport
import Testing

@Suite("A scheduled group")
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
