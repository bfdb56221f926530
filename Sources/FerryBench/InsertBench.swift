import Foundation
import Postgres
import PrivateServer

/// How fast clients send commands, each in a transaction of its own, while a worker applies them,
/// compared with inserts into a plain table.
struct InsertBench {
    let bench: Bench
    private let lasting = 5

    func run() async throws {
        print("\nCommands sent, each in a transaction of its own, while a worker applies them")
        for clients in [1, 64] {
            var plain: [Double] = []
            var ferry: [Double] = []
            for _ in 0..<bench.runs {
                plain.append(try await plainRate(clients))
                ferry.append(try await commandRate(clients))
            }
            report("plain table, \(clients) clients", "\(number(median(plain)))/s")
            report(
                "ferry.commands, \(clients) clients", "\(number(median(ferry)))/s",
                "\(number(median(ferry) / median(plain), 2)) x plain (to reach: 0.70)")
        }
    }

    private func plainRate(_ clients: Int) async throws -> Double {
        try await bench.database("bench_insert")
        let connection = try await bench.connect("bench_insert")
        try await connection.run(
            """
            create table plain (
                id bigint generated always as identity primary key, command text not null,
                arguments jsonb not null, created_at timestamptz not null default now());
            """)
        await connection.close()
        return try rate(
            of: "insert into plain (command, arguments)", clients: clients)
    }

    private func commandRate(_ clients: Int) async throws -> Double {
        let queue = try await bench.queue("bench_insert")
        let workers = try bench.workers(1, on: "bench_insert")
        defer { bench.stop(workers) }
        try await bench.until {
            try await queue.query("select count(*) from ferry.workers")[0][0].int() == 1
        }
        await queue.close()
        return try rate(of: "insert into ferry.commands (command, arguments)", clients: clients)
    }

    /// Transactions per second.
    private func rate(of insert: String, clients: Int) throws -> Double {
        let script = NSTemporaryDirectory() + "ferry-bench-\(UUID().uuidString).sql"
        try """
        \\set n random(1, 1000000000)
        \(insert)
        values ('create_data_export', jsonb_build_object('name', 'export ' || :n));
        """.write(toFile: script, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: script) }
        let output = try bench.output(
            of: "pgbench",
            [
                "-n", "-c", String(clients), "-j", "1", "-T", String(lasting), "-f", script,
                "-h", bench.server.host, "-p", String(bench.server.port), "-U", "ferry",
                "bench_insert",
            ])
        guard let match = output.firstMatch(of: /tps = ([0-9.]+)/),
            let rate = Double(match.output.1)
        else { throw ToolFailed(name: "pgbench") }
        return rate
    }
}
