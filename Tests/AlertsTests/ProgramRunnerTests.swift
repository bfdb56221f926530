import Foundation
import TestSupport
import Testing

@testable import Alerts

@Suite("A message given to a program", .timeLimit(.minutes(15)))
struct ProgramRunnerTests {
    @Test func `is on its standard input and in its environment, without the worker's secrets`()
        async throws
    {
        setenv("FERRY_TEST_PASSWORD", "hunter2", 1)
        try await withScript(
            "exec > \"${0%/*}/out\"; cat; echo; env; printf '%s|' \"$@\"; exit 3"
        ) { path, folder in
            let outcome = try await run(
                [path, "--to", "a b; $(touch \(folder)/shell)"])

            guard case .failed(let reason, _) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(reason.contains("ended with status 3"))
            let output = try String(contentsOfFile: folder + "/out", encoding: .utf8)
            #expect(output.contains(#""event": "failure""#))
            #expect(output.contains("FERRY_RUN=7\n"))
            #expect(output.contains("FERRY_EVENT=failure\n"))
            #expect(output.contains("FERRY_DATA_EXPORT=Daily customers\n"))
            #expect(output.contains("FERRY_ERROR_CODE=tables_missing\n"))
            #expect(output.hasSuffix("--to|a b; $(touch \(folder)/shell)|"))
            #expect(!output.contains("hunter2"))
            #expect(!FileManager.default.fileExists(atPath: folder + "/shell"))
        }
    }

    @Test func `is delivered when it ends with status 0, whether it reads it or not`()
        async throws
    {
        try await withScript("exit 0") { path, _ in
            let outcome = try await run([path])
            #expect(outcome == .delivered)
        }
        try await withScript("cat > /dev/null") { path, _ in
            let outcome = try await run([path])
            #expect(outcome == .delivered)
        }
    }

    @Test func `is not delivered when it fails, and says what it wrote last`() async throws {
        try await withScript(
            "for i in $(seq 1 20000); do echo noise; done; echo 'no \u{1b}[31mroute' >&2; exit 4"
        ) { path, _ in
            let outcome = try await run([path])

            guard case .failed(let reason, nil) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(reason.hasPrefix("\(path) ended with status 4: "))
            #expect(reason.hasSuffix("no \\u{1b}[31mroute"), "\(reason)")
            #expect(reason.count < 400)
        }
    }

    @Test func `ends a program that does not end, and its children`() async throws {
        try await withScript("trap '' TERM; sleep 1000 & echo $! > \"$0.child\"; wait; sleep 1000")
        { path, _ in
            let outcome = try await run([path], timeout: .seconds(5))

            #expect(
                outcome == .failed(reason: "\(path) did not end within 5 s and was killed"))
            let child = try String(contentsOfFile: path + ".child", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let id = try #require(Int32(child))
            try await eventually("the child is gone") { kill(id, 0) != 0 }
        }
    }

    @Test func `is given to no program, and to none with other arguments, than was allowed`()
        async throws
    {
        try await withScript("touch \"$0.ran\"") { path, _ in
            for allowed in [
                [[path + "x", "a"], ["/bin/sh"]], [[path]], [[path, "a", "b"]], [[path, "b"]],
                [[path + " a"]], [],
            ] {
                let outcome = try await run([path, "a"], allowed: allowed)

                #expect(
                    outcome
                        == .failed(
                            reason: "no worker allows the program \(path) a: start one with "
                                + "--allow-program and this whole command line"))
            }
            #expect(!FileManager.default.fileExists(atPath: path + ".ran"))
        }
    }

    @Test func `is compared by bytes`() async throws {
        try await withScript("touch \"$0.ran\"") { path, _ in
            let outcome = try await run(
                [path, "caf\u{e9}"], allowed: [[path, "cafe\u{301}"]])

            guard case .failed = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(!FileManager.default.fileExists(atPath: path + ".ran"))
        }
    }

    @Test func `is not delivered by one that is not there`() async throws {
        let outcome = try await run(["/nowhere/page"])

        guard case .failed(let reason, nil) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.hasPrefix("cannot run /nowhere/page: "), "\(reason)")
    }

    private func run(
        _ words: [String], allowed: [[String]]? = nil, timeout: Duration = .seconds(30)
    ) async throws -> AttemptOutcome {
        signal(SIGPIPE, SIG_IGN)
        let message = try message(settings: "\"program\": [\"/x\"]")
        return await ProgramRunner(allowed: allowed ?? [words], timeout: timeout).run(
            words, with: message)
    }

    /// Gives the body a program of these lines of shell.
    private func withScript(
        _ lines: String, _ body: (_ path: String, _ folder: String) async throws -> Void
    ) async throws {
        let folder =
            FileManager.default.temporaryDirectory.path(percentEncoded: false)
            + "ferry-alerts-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/page"
        try ShellScript.write(lines, to: path)
        try await body(path, folder)
    }
}
