import Foundation
import Postgres
import PrivateServer

/// How fast waiting commands are applied, compared with the minimum work of a queue.
struct DrainBench {
    let bench: Bench
    let commands: Int

    func run() async throws {
        print("\nDrain of \(commands) waiting commands (create_data_export, distinct names)")
        var ceiling: [Double] = []
        var whole: [Double] = []
        var one: [Double] = []
        var two: [Double] = []
        for _ in 0..<bench.runs {
            ceiling.append(try await Ceiling(bench: bench, commands: commands).rate())
            whole.append(try await rate(workers: 1))
            one.append(try await rate(workers: 1, ["--command-concurrency", "1"]))
            two.append(try await rate(workers: 2, ["--command-concurrency", "1"]))
        }
        report("hand-written ceiling, 1 client", "\(number(median(ceiling)))/s")
        report(
            "ferry, 1 worker process", "\(number(median(whole)))/s",
            "\(number(median(whole) / median(ceiling), 2)) x ceiling (to reach: 0.50)")
        report("the same with --command-concurrency 1", "\(number(median(one)))/s")
        report(
            "2 worker processes with --command-concurrency 1", "\(number(median(two)))/s",
            "\(number(median(two) / median(one), 2)) x one such process")
    }

    private func rate(workers count: Int, _ arguments: [String] = []) async throws -> Double {
        let queue = try await bench.queue("bench_drain")
        try await Self.fill(queue, commands)
        let workers = try bench.workers(count, on: "bench_drain", arguments)
        defer { bench.stop(workers) }
        let rate = try await Self.drained(queue, by: workers, bench)
        await queue.close()
        return rate
    }

    static func fill(_ queue: Connection, _ commands: Int, prefix: String = "export") async throws {
        try await queue.execute(
            """
            insert into ferry.commands (command, arguments)
            select 'create_data_export', jsonb_build_object('name', $2 || ' ' || g)
              from generate_series(1, $1) as g
            """, [.int(Int64(commands)), .text(prefix)])
        try await queue.run("checkpoint")
    }

    /// Commands per second, from the start of the first worker to the end of the last command.
    static func drained(
        _ queue: Connection, by workers: [Process], _ bench: Bench
    ) async throws -> Double {
        try await bench.until {
            guard workers.allSatisfy(\.isRunning) else { throw ToolFailed(name: "ferry worker") }
            let left = try await queue.query(
                "select not exists (select from ferry_state.command_queue)")
            return try left.first?[0].bool() == true
        }
        let rows = try await queue.query(
            """
            select count(*) / extract(epoch from max(finished_at) - (
                       select min(at) from ferry_state.events where event = 'worker_started'))
              from ferry_state.command_outcomes
             where finished_at > (select min(at) from ferry_state.events
                                   where event = 'worker_started')
            """)
        return try rows[0][0].double()
    }
}

/// The minimum work of a queue per command, written by hand: claim it and hand it to the client,
/// note its outcome and an event, and commit, a hundred at a time.
struct Ceiling {
    let bench: Bench
    let commands: Int

    func rate() async throws -> Double {
        try await bench.database("bench_ceiling")
        let connection = try await bench.connect("bench_ceiling")
        try await connection.run(
            """
            create table queue (id bigint primary key, payload jsonb not null);
            create table outcomes (
                command_id bigint primary key, state text not null, code text, message text,
                hint text, attempts smallint not null, finished_at timestamptz not null);
            create table events (
                id bigint generated always as identity primary key, at timestamptz not null,
                environment text not null, event text not null, object_kind text not null,
                object_id bigint, object_name text, command_id bigint, actor text not null,
                details jsonb);
            insert into queue select g, jsonb_build_object('name', 'export ' || g)
              from generate_series(1, \(commands)) as g;
            analyze queue;
            checkpoint;
            """)
        let script = NSTemporaryDirectory() + "ferry-bench-\(UUID().uuidString).sql"
        try """
        begin;
        with due as materialized (
            select id, payload from queue order by id limit 100 for update skip locked)
        select array_agg(id)::text as ids, array_agg(payload ->> 'name')::text as names
          from due \\gset
        delete from queue where id = any (:ids::bigint[]);
        insert into outcomes (command_id, state, attempts, finished_at)
        select id, 'applied', 1, clock_timestamp() from unnest(:ids::bigint[]) as id;
        insert into events (at, environment, event, object_kind, object_id, object_name,
                            command_id, actor)
        select now(), 'production', 'data_export_created', 'data_export', id, name, id, 'ferry'
          from unnest(:ids::bigint[], :names::text[]) as e (id, name);
        commit;
        """.write(toFile: script, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: script) }
        let start = ContinuousClock.now
        try bench.tool(
            "pgbench",
            [
                "-n", "-M", "prepared", "-c", "1", "-t", String(commands / 100), "-f", script,
                "-h", bench.server.host, "-p", String(bench.server.port), "-U", "ferry",
                "bench_ceiling",
            ])
        let took = seconds(ContinuousClock.now - start)
        let left = try await connection.query("select count(*) from outcomes")
        await connection.close()
        guard try left[0][0].int() == commands / 100 * 100 else {
            throw ToolFailed(name: "ceiling")
        }
        return Double(commands) / took
    }
}
