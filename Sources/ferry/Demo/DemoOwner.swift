import Foundation
import Migrations
import Postgres
import PrivateServer
import Values
import Watching

/// Sets up the demo's databases as their owner.
struct DemoOwner {
    private let connection: Connection
    /// ` password '…'`: of each role that it makes.
    private let password: String

    static func connect(to server: PrivateServer) async throws -> DemoOwner {
        DemoOwner(
            connection: try await Connection.connect(
                ConnectionOptions(server.url(database: "postgres"))),
            password: server.password.map { " password \(quoteLiteral($0))" } ?? "")
    }

    func createDatabases() async throws {
        for name in ["ferry", "customer360"] {
            // No session uses this template, so there is nothing to wait for.
            try await connection.run("create database \(name) template template0")
        }
        // Reads the tables of the source and can change nothing.
        try await connection.run(
            "create role reader login\(password); grant pg_read_all_data to reader")
    }

    /// Migrates the queue's database, and creates one role each for clients, viewers and workers.
    ///
    /// - Parameter latestRun: New runs get higher numbers than this.
    func migrate(_ server: PrivateServer, after latestRun: Int64) async throws {
        let queue = try await Connection.connect(
            ConnectionOptions(server.url(database: "ferry")))
        let report = try await Migrator(queue).migrate()
        try await Output.line(
            "schema: \(Quantity.plural(Int64(report.applied.count), "migration")) applied")
        try await queue.run(
            """
            create role ann login\(password); grant ferry_client to ann;
            create role viewer login\(password); grant ferry_viewer to viewer;
            create role worker login\(password); grant ferry_worker to worker;
            revoke connect, temporary on database ferry from public;
            grant connect on database ferry to ferry_client, ferry_viewer, ferry_worker;
            """)
        if latestRun > 0 {
            // The queue is new, but the folder may not be: no run may reuse the number of an
            // existing one.
            try await queue.execute("select setval('ferry_state.ids', $1)", [.int(latestRun)])
        }
        await queue.close()
        await connection.close()
    }

    /// Fills the source database, several tables in parallel.
    ///
    /// - Parameter largest: Rows of the largest table.
    static func fill(_ server: PrivateServer, largest: Int) async throws {
        let options = ConnectionOptions(server.url(database: "customer360"))
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: DemoTable?.self) { group in
            var waiting = DemoTable.all[...]
            for _ in 1...2 { group.addTask { nil } }
            while let filled = try await group.next() {
                if let filled { try await Output.line(line(filled, largest: largest)) }
                guard let next = waiting.popFirst() else { continue }
                group.addTask {
                    let connection = try await Connection.connect(options)
                    try await next.fill(largest: largest, through: connection)
                    await connection.close()
                    return next
                }
            }
        }
        let rows = DemoTable.all.reduce(0) { $0 + $1.rows(largest) }
        try await Output.line(
            "\(Quantity.plural(Int64(rows), "row")) in \(seconds(since: began))")
    }

    private static func line(_ table: DemoTable, largest: Int) -> String {
        Display.left(table.name, 16)
            + Display.right(Quantity.count(Int64(table.rows(largest))), 12) + " rows"
    }

    /// `1.2 s`
    static func seconds(since start: ContinuousClock.Instant) -> String {
        let tenths = (ContinuousClock.now - start) / .milliseconds(100)
        return "\(Int(tenths) / 10).\(Int(tenths) % 10) s"
    }
}
