import ArgumentParser
import Foundation
import Watching

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Demonstrate Ferry on a private server: tables become verified files.",
        discussion: """
            Starts a private PostgreSQL server, fills a sample database, starts two workers, sends \
            the commands as an ordinary database role, watches the run and verifies the delivery. \
            When the demo ends, however it ends, the server, its data and the workers are removed; \
            the delivered files stay. Needs PostgreSQL's server programs and no other database.
            """)

    @Option(
        help: ArgumentHelp(
            "Directory to deliver files to. Each run gets its own folder.", valueName: "path"))
    var directory = "ferry-demo"

    @Option(help: ArgumentHelp("Number of rows of the largest table.", valueName: "count"))
    var rows = 1_000_000

    @Flag(help: "Leave the server and the workers running until Ctrl-C.")
    var keep = false

    func validate() throws {
        guard (10...100_000_000).contains(rows) else {
            throw ValidationError("--rows must be 10 to 100000000, was \(rows)")
        }
    }

    func run() async throws {
        let site = DemoSite(folder: try DemoFolder(directory))
        let demo = Task {
            let demo = Demo(site: site, rows: rows)
            try await demo.run()
            if keep { try await demo.stay() }
        }
        let signals = Interruption.handle(
            farewell: Terminal.isInteractive ? Screen.showCursor + "\n" : ""
        ) { number in
            site.interrupt(demo)
            // With --keep an interruption is how a demo ends that has succeeded.
            return site.hasSucceeded ? 0 : 128 + number
        }
        defer { withExtendedLifetime(signals) {} }

        let outcome = await demo.result
        // The handler of the signal is about to end the process.
        while site.isInterrupted { try? await Task.sleep(for: .seconds(1)) }
        if case .failure = outcome {
            FileHandle.standardError.write(Data(site.workerLogs().utf8))
        }
        await site.close()
        do {
            try outcome.get()
        } catch is OutputClosed {
            // The reader has gone, but the status must not say that files were verified.
            throw ExitStatus.stopped.code
        }
    }
}
