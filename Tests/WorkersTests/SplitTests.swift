import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("A table that is split", .timeLimit(.minutes(15)))
struct SplitTests {
    @Test func `continues in another file after so many rows, each with a header`() async throws {
        try await Scene.with(tables: "create table n as select g from generate_series(1, 120000) g")
        { scene in
            _ = try scene.start("worker")
            try await scene.configure(
                tables: #"["n"]"#,
                template: #"{"format": "csv", "compression": "none", "split": {"rows": 50000}}"#)

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let files = try scene.delivered.manifest(of: run).files
            #expect(files.map(\.name) == ["n.0000001.csv", "n.0000002.csv", "n.0000003.csv"])
            #expect(files.map(\.rows) == [50000, 50000, 20000])
            #expect(try scene.lines(of: files.map(\.name)) == ["g,1", "g,50001", "g,100001"])
        }
    }

    @Test func `continues in another file after so many megabytes, between two rows`() async throws
    {
        try await Scene.with(
            tables: """
                create table n as select g, repeat('x', 1000) as x from generate_series(1, 2500) g
                """
        ) { scene in
            _ = try scene.start("worker")
            try await scene.configure(
                tables: #"["n"]"#,
                template: """
                    {"format": "csv", "header": false, "compression": "gzip",
                     "split": {"megabytes": 1}}
                    """)

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let files = try scene.delivered.manifest(of: run).files
            #expect(files.map(\.rows) == [996, 995, 509])
        }
    }

    @Test func `is one numbered file when it has no rows`() async throws {
        try await Scene.with(tables: "create table n (g int)") { scene in
            _ = try scene.start("worker")
            try await scene.configure(
                tables: #"["n"]"#, template: #"{"split": {"rows": 50000}}"#)

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let files = try scene.delivered.manifest(of: run).files
            #expect(files.map(\.name) == ["n.0000001.csv"])
        }
    }

    /// Pages of one row each make a table of several parts with few rows.
    private static let wide = """
        create table n (g int, x text) with (fillfactor = 10);
        insert into n select g, repeat('x', 800) from generate_series(1, 33000) g;
        """

    @Test func `and large is read in parts that give the same files as often as it is read`()
        async throws
    {
        try await Scene.with(tables: Self.wide) { scene in
            _ = try scene.start("one")
            _ = try scene.start("two")
            try await scene.configure(
                tables: #"["n"]"#, template: #"{"split": {"rows": 10000000}}"#)

            let first = try await scene.run()
            try await scene.reaches("succeeded", first)
            let again = try await scene.run()
            try await scene.reaches("succeeded", again)

            let files = try scene.delivered.manifest(of: first).files
            #expect(files.map(\.name) == (1...4).map { "n.000000\($0).csv" })
            #expect(files.map(\.rows).reduce(0, +) == 33000)
            #expect(try scene.delivered.manifest(of: again).files == files)
            let parts = try await scene.queue.texts(
                "select part || ' of ' || parts from ferry.run_tasks where run_id = $1 order by 1",
                [.int(first)])
            #expect(parts == ["1 of 4", "2 of 4", "3 of 4", "4 of 4"])
            #expect(try Set(scene.numbers(in: files.map(\.name), run: first)).count == 33000)
        }
    }

    @Test func `survives the death of a worker between its parts`() async throws {
        try await Scene.with(tables: Self.wide) { scene in
            let dying = try scene.start("dying", failpoint: "task.staged@2")
            try await scene.configure(
                tables: #"["n"]"#, template: #"{"split": {"rows": 10000000}}"#)
            let run = try await scene.run()
            _ = try await dying.end()
            _ = try scene.start("heir")

            try await scene.reaches("succeeded", run)

            let files = try scene.delivered.manifest(of: run).files.map(\.name)
            #expect(try Set(scene.numbers(in: files, run: run)).count == 33000)
        }
    }
}

extension Scene {
    /// The header and the first value of each of these files of the only delivery.
    fileprivate func lines(of files: [String]) throws -> [String] {
        try files.map { file in
            try text(of: file).split(separator: "\n").prefix(2).joined(separator: ",")
        }
    }

    /// The values of the first column in all of these files.
    fileprivate func numbers(in files: [String], run: Int64) throws -> [Int] {
        try files.flatMap { file in
            try text(of: file, run: run).split(separator: "\n").dropFirst().compactMap {
                Int($0.prefix { $0 != "," })
            }
        }
    }

    private func text(of file: String, run: Int64? = nil) throws -> String {
        let folder = run.map { "/run-\($0)/" } ?? "/"
        let path = delivered.visible.first { $0.contains(folder) && $0.hasSuffix("/" + file) }
        return try String(contentsOfFile: delivered.path + "/" + (path ?? file), encoding: .utf8)
    }
}
