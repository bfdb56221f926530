import Foundation
import Postgres
import TestSupport
import Testing

/// Runs the shells themselves, with the scripts that `ferry --generate-completion-script` makes.
@Suite("Completion", .timeLimit(.minutes(15)))
struct CompletionTests {
    @Test(arguments: ["bash", "fish"])
    func `knows subcommands, options and their values`(shell: String) async throws {
        let program = Program(url: "host=/nowhere")

        for (words, completed) in [
            (["exp"], ["export", "exports"]),
            (["export", "create", "X", "--dat"], ["--database"]),
            (["destination", "create", "D", "--kind", "s"], ["s3", "sftp"]),
            (["enqueue", "create_data_e"], ["create_data_export"]),
        ] {
            #expect(try await complete(words, shell, program) == completed, "\(words)")
        }
    }

    // fish passes its position in a line only to interactive sessions, so names are tested in bash.
    @Test func `knows the names of objects`() async throws {
        try await TestDatabase.withSchema { database in
            try await database.connect().execute(
                """
                insert into ferry_state.databases
                       (id, environment, name, key, credential, created_by)
                values (1, 'production', 'crm', 'crm', 'a', 'ferry'),
                       (2, 'production', 'Customer 360', 'customer 360', 'a', 'ferry'),
                       (3, 'production', '$(touch crm)', '$(touch crm)', 'a', 'ferry')
                """)
            let program = try await Program(database)

            let some = try await complete(["database", "unregister", "c"], "bash", program)
            let all = try await complete(["database", "unregister", ""], "bash", program)

            #expect(some == ["crm"])
            #expect(all == ["Customer 360", "crm"])
        }
    }

    @Test func `knows production and the sandboxes`() async throws {
        try await TestDatabase.withSchema { database in
            try await database.connect().execute(
                """
                insert into ferry_state.sandboxes (id, name, key, description, base, created_by)
                values (1, 'trial', 'trial', '', '[]', 'ferry')
                """)
            let program = try await Program(database)

            let all = try await complete(["exports", "--environment", ""], "bash", program)

            #expect(all == ["production", "trial"])
        }
    }

    @Test func `knows the credentials of workers on duty, of the kind that is needed`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            // The session of a worker.
            let worker = try await database.connect(as: .worker)
            _ = try await worker.query(
                """
                select ferry_state.register_worker('w', 'h', 1, '1', 1, interval '1 hour',
                                                   $1::jsonb)
                """,
                [
                    .text(
                        """
                        {"crm": {"kind": "postgres", "is_verified": true},
                         "core": {"kind": "postgres", "is_verified": true},
                         "chat": {"kind": "webhook", "is_verified": true}}
                        """)
                ])
            let program = try await Program(database)

            for (words, completed) in [
                (["database", "register", "X", "--credential", "c"], ["core", "crm"]),
                (["database", "edit", "X", "--credential", ""], ["core", "crm"]),
                (["alert", "create", "X", "--credential", "c"], ["chat"]),
            ] {
                #expect(try await complete(words, "bash", program) == completed, "\(words)")
            }
            await worker.close()
        }
    }

    @Test func `is silent when the database cannot be reached`() async throws {
        let program = Program(url: "host=/nowhere")
        #expect(try await complete(["database", "unregister", ""], "bash", program) == [])
    }

    /// What a shell offers for the last word.
    private func complete(
        _ words: [String], _ shell: String, _ program: Program
    ) async throws -> [String] {
        let script = try await program.run("--generate-completion-script", shell).output
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("ferry-completion-\(UUID().uuidString)")
        try Data(script.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }

        let process = program.process([])
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let line = (["ferry"] + words).joined(separator: " ")
        if shell == "fish" {
            process.arguments = [
                "fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]",
            ]
        } else {
            process.arguments = [
                "bash", "--norc", "-c",
                """
                source "$1"; COMP_LINE=$2; shift 2
                COMP_POINT=${#COMP_LINE}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
                _ferry ferry "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                printf '%s\\n' "${COMPREPLY[@]}"
                """, "bash",
            ]
        }
        process.arguments? += [file.path, line] + (shell == "fish" ? [] : ["ferry"] + words)
        // The script calls the program by its name.
        let folder = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
        process.environment?["PATH"] =
            folder + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        let result = try await Running(process).result()
        if shell == "bash" { #expect(result.error == "") }
        // fish adds what is said of each after a tab.
        return result.lines.map { $0.prefix { $0 != "\t" } }.map(String.init).sorted()
    }
}
