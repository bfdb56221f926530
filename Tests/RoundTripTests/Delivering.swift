import Credentials
import Destinations
import Foundation
import Logging
import Postgres
import RunEngine
import TestSupport
import Workers

/// A source database with odd tables, a worker, and what it delivered.
struct Delivering: Sendable {
    let queue: Connection
    let source: Connection
    let folder: String

    static func with(_ body: (Delivering) async throws -> Void) async throws {
        try await TestDatabase.withSchema { queue in
            try await TestDatabase.withEmpty { source in
                let folder = NSTemporaryDirectory() + "ferry-\(UUID())"
                try FileManager.default.createDirectory(
                    atPath: folder + "/exports", withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(atPath: folder) }
                try Data(source.url.utf8).write(to: URL(fileURLWithPath: folder + "/source"))
                let scene = Delivering(
                    queue: try await queue.connect(), source: try await source.connect(),
                    folder: folder)
                // As those of the sessions that read, so that texts can be compared.
                try await scene.source.run(
                    """
                    \(Self.expectedText)
                    set search_path = public; set DateStyle = 'ISO, YMD'; set TimeZone = 'UTC';
                    set IntervalStyle = 'postgres'
                    """)
                let limits = DestinationLimits(
                    allowedDirectories: [folder + "/exports"],
                    credentials: WorkerCredentials(paths: [folder]))
                let worker = Worker(
                    WorkerConfiguration(
                        database: ConnectionOptions(queue.url),
                        access: DestinationAccess(limits: limits)),
                    logger: Logger(label: "worker") { _ in SwiftLogNoOpLogHandler() })
                let running = Task { try await worker.run() }
                do {
                    try await body(scene)
                    running.cancel()
                    _ = await running.result
                } catch {
                    running.cancel()
                    _ = await running.result
                    throw error
                }
            }
        }
    }

    /// `expected.text(value)` is what a delivery has for it: what its type's output function gives,
    /// but of money the number.
    private static let expectedText = """
        create schema expected;
        create function expected.text(anyelement) returns text language sql stable as $$
            select case when $1 is distinct from null then format('%s', $1) end $$;
        create function expected.text(money) returns text language sql stable as $$
            select $1::numeric::text $$;
        create function expected.text(money[]) returns text language sql stable as $$
            select $1::numeric[]::text $$;
        """

    /// - Returns: The id of the command.
    @discardableResult
    func send(_ command: String, _ arguments: String) async throws -> Int64 {
        let id = try await queue.query(
            "insert into ferry.commands (command, arguments) values ($1, $2::jsonb) returning id",
            [.text(command), .text(arguments)])[0][0].int64()
        try await queue.run("call ferry.wait_for(\(id), timeout => '120 s')")
        return id
    }

    /// Sends all tables of the source through one data template; gives the delivery's folder.
    func deliver(_ settings: String) async throws -> String {
        try await deliver(all: [settings])[0]
    }

    /// Sends all tables of the source through each data template; gives the deliveries' folders.
    ///
    /// - Parameter destination: Its kind and settings as JSON; a directory unless it is given.
    func deliver(all templates: [String], to destination: String? = nil) async throws -> [String] {
        let place =
            destination ?? #""kind": "directory", "settings": {"path": "\#(folder)/exports"}"#
        try await send(
            "register_database", #"{"name": "shop", "credential": "source"}"#)
        try await send(
            "create_data_export", #"{"name": "All", "database": "shop", "tables": "all"}"#)
        try await send("activate_data_export", #"{"name": "All"}"#)
        try await send(
            "create_destination", #"{"name": "Disk", \#(place)}"#)
        var runs: [Int64] = []
        for (number, settings) in templates.enumerated() {
            let name = "template \(number)"
            try await send(
                "create_data_template",
                #"{"destination": "Disk", "name": "\#(name)", "settings": \#(settings)}"#)
            try await send(
                "add_orchestration",
                """
                {"name": "\(name)", "data_export": "All", "destination": "Disk",
                 "data_template": "\(name)"}
                """)
            runs.append(try await send("run_orchestration", #"{"name": "\#(name)"}"#))
            // The next delivery may be into what this one creates.
            if destination != nil { try await haveSucceeded() }
        }
        try await haveSucceeded()
        return runs.map { folder + "/exports/All/run-\($0)" }
    }

    private func haveSucceeded() async throws {
        try await eventually(within: .seconds(180), "the runs have succeeded") {
            let states = try await queue.query(
                """
                select state, concat_ws(': ', error_code, error_message) from ferry.runs
                 order by state in ('failed', 'stopped') desc, state = 'succeeded'
                """)
            if ["failed", "stopped"].contains(try states[0][0].string()) {
                throw NotDelivered(reason: try states[0][1].string())
            }
            return try states[0][0].string() == "succeeded"
        }
    }

    /// Each table that is exported, quoted, and its columns, quoted.
    func tables() async throws -> [(name: String, quoted: String, columns: [String])] {
        try await Self.tables(of: source)
    }

    static func tables(
        of source: Connection
    ) async throws -> [(name: String, quoted: String, columns: [String])] {
        try await source.query(
            """
            select nspname || '.' || relname, format('%I.%I', nspname, relname),
                   array(select attname from pg_attribute where attrelid = c.oid and attnum > 0
                            and not attisdropped order by attnum)::text[]
              from pg_class as c join pg_namespace as n on n.oid = relnamespace
             where relkind in ('r', 'p') and not relispartition and nspname in ('public', 'Other')
             order by 1
            """
        ).map {
            (try $0[0].string(), try $0[1].string(), try $0[2].array().compactMap { $0 })
        }
    }
}

struct NotDelivered: Error {
    let reason: String
}
