import Foundation
import Manifests
import TestSupport
import Testing

@Suite("ferry demo", .serialized, .timeLimit(.minutes(15)))
struct DemoTests {
    @Test func `delivers verified files, repeatedly into one directory`() async throws {
        let scene = try DemoScene()

        let first = try await scene.start().result()
        let second = try await scene.start().result()

        for result in [first, second] {
            #expect(result.status == 0, "\(result.error)")
            #expect(result.error.isEmpty)
            #expect(result.output.contains("insert into ferry.commands (command, arguments)"))
            #expect(result.output.contains("select ferry.run_orchestration('Daily customers');"))
            #expect(result.output.contains("run_succeeded  6 tables, 4,110 rows"))
            #expect(result.output.contains("\nok: run "))
            try await scene.isGone(result.output)
        }
        let manifests = try scene.manifests()
        #expect(manifests.count == 2)
        for manifest in manifests {
            let report = try verify(manifestAt: manifest)
            #expect(report.findings.isEmpty)
            #expect(report.manifest.totals.rows == 4110)
            // Even if the demo is root, workers are not, or say why they have to be.
            let attributes = try FileManager.default.attributesOfItem(atPath: manifest)
            let owner = attributes[.ownerAccountID] as? Int
            #expect((owner == 0) == second.output.contains("They run as root"))
        }
        #expect(try scene.files() == ["Daily customers"])
    }

    @Test func `gives the same rows each time`() async throws {
        let scene = try DemoScene()

        _ = try await scene.start().result()
        _ = try await scene.start().result()

        let hashes = try scene.manifests().map {
            try verify(manifestAt: $0).manifest.files.map(\.sha256)
        }
        #expect(hashes.count == 2)
        #expect(hashes.first == hashes.last)
    }

    @Test(arguments: [
        ("1. Start", SIGINT), ("1. Start", SIGKILL), ("It is ready after", SIGTERM),
        ("2. Fill", SIGINT), ("2. Fill", SIGKILL), ("worker: process", SIGKILL),
        ("create_destination", SIGTERM), ("create_data_template", SIGKILL),
        ("5. Watch", SIGINT), ("task_started", SIGINT), ("task_started", SIGKILL),
    ])
    func `leaves nothing behind when a signal ends it`(moment: String, signal: Int32) async throws {
        let scene = try DemoScene()
        let demo = try scene.start(rows: 50_000)
        try await eventually(within: .seconds(60), moment) {
            demo.output.text.contains(moment) || !demo.process.isRunning
        }

        kill(demo.process.processIdentifier, signal)
        let result = try await demo.result()

        if signal == SIGKILL {
            #expect(demo.process.terminationReason == .uncaughtSignal || result.status == 0)
        } else {
            // It may have come to its end before the signal.
            #expect([128 + signal, 0].contains(result.status), "\(result.error)")
        }
        try await scene.isGone(result.output)
        let left = try scene.files()
        #expect(left.isEmpty || left == ["Daily customers"])
    }

    @Test func `stays with --keep until it is interrupted`() async throws {
        let scene = try DemoScene()
        let demo = try scene.start("--keep")
        try await eventually(within: .seconds(60), "it stays") {
            demo.output.text.contains("until Ctrl-C") || !demo.process.isRunning
        }
        #expect(demo.process.isRunning)
        let url = demo.output.text.components(separatedBy: "FERRY_DATABASE_URL=\"").last?
            .prefix { $0 != "\"" }

        let runs = try await Program(url: String(url ?? "")).run("runs", "--output", "ndjson")
        let open = try await Program(url: String(url ?? "") + " passfile=/dev/null").run("runs")
        kill(demo.process.processIdentifier, SIGINT)
        let result = try await demo.result()

        #expect(runs.output.contains("\"succeeded\""), "\(runs.error)")
        #expect(open.status != 0)
        #expect(open.error.contains("password"))
        #expect(result.status == 0)
        try await scene.isGone(result.output)
    }

    @Test func `refuses a directory that another demo delivers into`() async throws {
        let scene = try DemoScene()
        let first = try scene.start()
        try await eventually("it has begun") { first.output.text.contains("1. Start") }

        let second = try await scene.start().result()

        #expect(second.status == 64)
        #expect(second.error.hasPrefix("ferry: another demo is using "))
        #expect(try await first.result().status == 0)
    }

    @Test func `rejects a wrong number of rows`() async throws {
        let result = try await Program(url: "").run("demo", "--rows", "3")

        #expect(result.status == 64)
        #expect(result.error.contains("--rows must be 10 to 100000000, was 3"))
    }
}

/// A directory for demos to deliver into.
private final class DemoScene {
    private let parent: String
    private var directory: String { parent + "/O'Brien's  \"files\"" }

    init() throws {
        parent = FileManager.default.temporaryDirectory.path + "/demo-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: parent, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: parent) }

    func start(_ arguments: String..., rows: Int = 2000) throws -> Running {
        try Program(url: "").start(
            ["demo", "--rows", "\(rows)", "--directory", directory] + arguments)
    }

    /// The contents of the directory, including hidden files; empty if it does not exist.
    func files() throws -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    /// The folders of its deliveries, next to `latest.json`.
    func manifests() throws -> [String] {
        let folder = directory + "/Daily customers"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            .filter { $0.hasPrefix("run-") }
            .map { "\(folder)/\($0)/\(Manifest.fileName)" }
    }

    /// Waits until the demo that wrote this has no process and no temporary file any more.
    func isGone(_ output: String) async throws {
        let temporary = output.firstMatch(of: /\/tmp\/ferry-demo-[A-Za-z0-9]+/)
            .map { String($0.output) }
        try await eventually("nothing is left of the demo") {
            let isThere = temporary.map { FileManager.default.fileExists(atPath: $0) } ?? false
            return try !isThere && processes(with: temporary ?? parent).isEmpty
                && processes(with: parent).isEmpty
        }
    }

    /// The processes in whose command line the text stands.
    private func processes(with text: String) throws -> [String] {
        let ps = Process()
        let output = Pipe()
        ps.executableURL = URL(fileURLWithPath: "/bin/ps")
        ps.arguments = ["-axww", "-o", "pid=,command="]
        ps.standardOutput = output
        try ps.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        ps.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { $0.contains(text) && !$0.contains("<defunct>") }
    }
}
