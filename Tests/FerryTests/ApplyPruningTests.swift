import Foundation
import TestSupport
import Testing

@Suite("ferry apply --prune", .timeLimit(.minutes(15)))
struct ApplyPruningTests {
    private let whole = """
        ferry: 1
        databases: {a: {credential: crm}, b: {credential: crm}, c: {credential: crm}}

        """
    private let less = "ferry: 1\ndatabases: {a: {credential: crm}}\n"

    @Test func `deletes only what it may, and says what that would be`() async throws {
        try await ConfigurationScene.with { scene in
            _ = try await scene.apply(whole)

            let unasked = try await scene.apply(less, "--prune")
            #expect(unasked.status == 64)
            #expect(
                unasked.error == """
                    ferry: --prune would delete database "b", database "c"
                    hint: to confirm, repeat the command with --yes

                    """)
            let tooMany = try await scene.apply(less, "--prune", "--yes", "--prune-max", "1")
            #expect(tooMany.status == 64)
            #expect(
                tooMany.error == """
                    ferry: --prune would delete database "b", database "c": 2 objects, of which \
                    --prune-max allows 1
                    hint: check that the file is complete, then use --prune-max 2

                    """)
            for file in ["ferry: 1\n", "ferry: 1\ndatabases:\n", "ferry: 1\ndatabases: {}\n"] {
                let empty = try await scene.apply(file, "--prune", "--yes")
                #expect(empty.status == 64)
                #expect(
                    empty.error.contains(":1:1: the file contains no objects, so --prune would"))
            }
            #expect(
                try await scene.run("plan", try scene.file(whole)).output == "nothing to change\n")

            let done = try await scene.apply(less, "--prune", "--yes")
            #expect(done.lines.last == "done: none created, none changed, 2 deleted")
        }
    }

    @Test(arguments: ["no", "yes"])
    func `asks on a terminal`(_ answer: String) async throws {
        try await ConfigurationScene.with { scene in
            _ = try await scene.apply(whole)
            let terminal = try Pseudoterminal(columns: 200)
            let seen = Collector()
            let process = scene.program.process(["apply", try scene.file(less), "--prune"])
            process.standardInput = FileHandle(fileDescriptor: terminal.slave)
            process.standardError = FileHandle(fileDescriptor: terminal.slave)
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            let master = FileHandle(fileDescriptor: terminal.master)
            seen.collect(master)

            try await eventually("it asks") { seen.text.contains("Delete? Type yes: ") }
            #expect(seen.text.contains("--prune would delete database \"b\", database \"c\""))
            try master.write(contentsOf: Data("\(answer)\n".utf8))
            try await eventually("it ends") { !process.isRunning }

            #expect(process.terminationStatus == (answer == "yes" ? 0 : 64))
            let left = try await scene.exported()
            #expect(left.contains("  c:") == (answer == "no"))
        }
    }
}
