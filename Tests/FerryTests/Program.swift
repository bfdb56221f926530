import Foundation
import Locks
import PrivateServer
import TestSupport

/// The program as people start it: a process of its own.
struct Program {
    struct Result {
        var status: Int32
        var output: String
        var error: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    var url: String
    var environment: [String: String] = [:]

    /// Beside the bundle of the tests, where the build puts both.
    static var path: String {
        #if os(macOS)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
            let folder = (bundle ?? Bundle.main).bundleURL.deletingLastPathComponent()
        #else
            let folder = Bundle.main.bundleURL
        #endif
        return folder.appendingPathComponent("ferry").path
    }

    init(url: String, environment: [String: String] = [:]) {
        self.url = url
        self.environment = environment
    }

    init(_ database: TestDatabase, as role: TestRole? = nil) async throws {
        let server = try await TestServer.shared
        url = role.map { server.url(database: database.name, user: $0.rawValue) } ?? database.url
    }

    func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("PG") && $0.key != "NO_COLOR"
        }
        environment["FERRY_DATABASE_URL"] = url
        environment["TZ"] = "UTC"
        process.environment = environment.merging(self.environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Runs it to its end.
    func run(_ arguments: String...) async throws -> Result {
        try await start(arguments).result()
    }

    /// Starts it; its output is read as it comes.
    func start(_ arguments: [String]) throws -> Running {
        try Running(process(arguments))
    }
}

/// A program that runs. It writes to files: a pipe's other end could be inherited by any process
/// that another test starts at the same time, and then would never close.
final class Running {
    let process: Process
    let output: WrittenFile
    let error: WrittenFile

    init(_ process: Process) throws {
        self.process = process
        output = try WrittenFile()
        error = try WrittenFile()
        process.standardOutput = output.handle
        process.standardError = error.handle
        try process.run()
    }

    func result() async throws -> Program.Result {
        try await eventually(within: .seconds(60), "the program ends") { !process.isRunning }
        return Program.Result(
            status: process.terminationStatus, output: output.text, error: error.text)
    }
}

/// A temporary file that a program writes.
final class WrittenFile {
    let handle: FileHandle
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("ferry-test-\(UUID().uuidString)")
        try Data().write(to: url)
        handle = try FileHandle(forWritingTo: url)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// What was written so far.
    var text: String {
        String(decoding: (try? Data(contentsOf: url)) ?? Data(), as: UTF8.self)
    }
}

/// What was read from a terminal or a pipe so far.
final class Collector: Sendable {
    private let data = Locked(Data())

    var text: String { data.withLock { String(decoding: $0, as: UTF8.self) } }

    func collect(_ handle: FileHandle) {
        Thread.detachNewThread { [self] in
            while true {
                let chunk = handle.availableData
                if chunk.isEmpty { return }
                data.withLock { $0.append(chunk) }
            }
        }
    }
}
