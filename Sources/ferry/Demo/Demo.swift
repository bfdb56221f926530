import ArgumentParser
import Foundation
import Manifests
import Migrations
import Postgres
import PrivateServer
import Values
import Watching

/// The main job from nothing to verified files.
struct Demo {
    let site: DemoSite
    /// Rows of the largest table.
    let rows: Int

    /// Runs it all.
    ///
    /// - Throws: ``Failure``, `PostgresError` and others; `CancellationError` when interrupted.
    func run() async throws {
        try await say("1. Start a private PostgreSQL server")
        let directory = try site.open()
        let began = ContinuousClock.now
        let server = try await site.startServer()
        try await Output.line(
            """
            Ready after \(seconds(since: began)). Data and logs are in \(directory), which is
            removed at the end. Two databases: ferry is the queue, customer360 the source.
            """)
        let owner = try await DemoOwner.connect(to: server)
        try await owner.createDatabases()

        try await say("2. Fill customer360 with sample data")
        try await DemoOwner.fill(server, largest: rows)

        try await say("3. Migrate the queue and start two workers (ferry migrate, ferry worker)")
        try await owner.migrate(server, after: site.folder.latestRun)
        try await startWorkers(server)

        try await say("4. Let ann, an ordinary role, send commands (psql)")
        let granting = try await Connection.connect(
            ConnectionOptions(server.url(database: "ferry")))
        _ = try await DemoClient(connection: granting).apply(
            "select ferry.grant_policy('ann', 'datagrid_administrator');")
        await granting.close()
        try await Output.line("\nNow as ann:\n")
        let ann = try await Connection.connect(
            ConnectionOptions(server.url(database: "ferry", user: "ann")))
        let run = try await DemoClient(connection: ann).deliverTables(into: site.folder)
        await ann.close()
        site.note(run: run)

        try await say("5. Watch the run (ferry watch --run \(run))")
        try await watch(run, server)

        try await say("6. See what was delivered")
        let delivery = site.folder.delivery(of: run)
        let manifest = delivery + "/" + Manifest.fileName
        try await Output.write(try DemoDelivery(path: delivery).text())

        try await say("7. Verify it (ferry verify)")
        try await VerifyCommand.asyncParse([manifest]).run()
        site.succeed()
        try await sayHowToGoOn(server, manifest: manifest)
    }

    /// Leaves everything running until the task is cancelled.
    func stay() async throws {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    private func startWorkers(_ server: PrivateServer) async throws {
        let variables = [
            "FERRY_DATABASE_URL": server.url(database: "ferry", user: "worker"),
            "FERRY_CREDENTIAL_CUSTOMER360": server.url(database: "customer360", user: "reader"),
        ]
        let arguments = ["worker", "--concurrency", "1", "--allow-directory", site.folder.path]
        let user = try await site.workerUser()
        for _ in 1...2 {
            let id = try site.startWorker(arguments, variables: variables, as: user)
            try await Output.line("worker: process \(id)")
        }
        if case .other(let name, _, _) = user {
            try await Output.line(
                "They run as user \(name), not as root, so files belong to that user.")
        } else if geteuid() == 0 {
            try await Output.line(
                """
                They run as root, as this program does: the server's user cannot run it or cannot
                write to \(site.folder.path).
                """)
        }
    }

    private func watch(_ run: Int64, _ server: PrivateServer) async throws {
        let options = ConnectionOptions(server.url(database: "ferry", user: "viewer"))
        let view: any WatchView =
            Terminal.isInteractive ? LiveView() : LineView(json: false, startsWithState: true)
        let watcher = Watcher(options, scope: .run(run), after: nil, view: view)
        let outcome = try await watcher.watch(once: false)
        guard outcome == .succeeded else {
            throw Failure(
                outcome?.status ?? .failed, "run \(run) has not succeeded",
                hint: "the last log lines of the workers are above")
        }
    }

    private func sayHowToGoOn(_ server: PrivateServer, manifest: String) async throws {
        let program = Bundle.main.executablePath ?? "ferry"
        try await say("Go on")
        let queue = server.url(database: "ferry", user: "ann")
        let viewer = server.url(database: "ferry", user: "viewer")
        let isKept = CommandLine.arguments.contains("--keep")
        try await Output.line("Verify again:       \(program) verify '\(manifest)'")
        guard isKept else {
            return try await Output.line(
                "Leave it running:   \(program) demo --keep, then use psql and ferry watch")
        }
        try await Output.line(
            """
            Send commands:      psql "\(queue)"
            Run it again:       select ferry.run_orchestration('\(DemoFolder.export)');
            Watch:              FERRY_DATABASE_URL="\(viewer)" \(program) watch

            The server and the workers run until Ctrl-C.
            """)
    }

    private func say(_ heading: String) async throws {
        let (bold, plain) = Terminal.hasColour ? ("\u{1b}[1m", "\u{1b}[0m") : ("", "")
        try await Output.line("\n\(bold)\(heading)\(plain)")
    }

    private func seconds(since start: ContinuousClock.Instant) -> String {
        DemoOwner.seconds(since: start)
    }
}
