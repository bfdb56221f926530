import Foundation
import Postgres
import TestSupport
import Testing

extension Attacks {
    /// A server that accepts connections and never answers, as one behind a broken network.
    @Suite("A server that is silent", .timeLimit(.minutes(15)))
    struct SilentServerTests {
        @Test func `blocks no command but those that need it, and those for some seconds only`()
            async throws
        {
            let (listener, port) = try LocalSocket.listening()
            defer { listener.close() }
            try await Scene.with { scene in
                _ = try scene.start("worker", arguments: ["--command-concurrency", "2"])
                // A database is registered all the same where its credential is not there yet.
                for number in 1...2 {
                    try await scene.apply(
                        "register_database",
                        #"{"name": "crm\#(number)", "credential": "silent"}"#)
                }
                try scene.give(
                    "silent", "host=127.0.0.1 port=\(port) user=u dbname=d sslmode=disable")
                var slow: [Int64] = []
                for number in 1...4 {
                    slow.append(
                        try await scene.send(
                            "create_destination",
                            """
                            {"name": "D\(number)", "kind": "postgres",
                             "settings": {"credential": "silent", "schema": "exports"}}
                            """))
                }
                for number in 1...2 {
                    slow.append(
                        try await scene.send(
                            "create_data_export",
                            """
                            {"name": "X\(number)", "database": "crm\(number)", "tables": ["a"]}
                            """))
                }
                try await eventually(within: .seconds(60), "all of them are looked up") {
                    try await scene.queue.number(
                        "select count(*) from ferry.command_status where state = 'checking'") == 6
                }

                // None of the silent ones has ended when what came after them has.
                let urgent = try await scene.queue.query(
                    "select ferry.create_data_export('Urgent', priority => 0)")[0][0].int64()
                #expect(try await scene.outcome(of: urgent).state == "applied")
                try await scene.apply("create_data_export", #"{"name": "Neighbour"}"#)
                #expect(
                    try await scene.queue.number(
                        "select count(*) from ferry.command_status where state = 'checking'") == 6)

                // A destination is refused then; a source is asked again later.
                try await eventually(within: .seconds(60), "they are decided") {
                    try await scene.queue.number(
                        """
                        select count(*) from ferry.command_status
                         where id = any ($1) and state in ('rejected', 'retrying')
                        """, [.init(slow)]) == 6
                }
                #expect(
                    try await scene.queue.texts(
                        """
                        select concat_ws(' ', command, state, attempts) from ferry.command_status
                         where id = any ($1) and not (
                            command = 'create_destination' and state = 'rejected'
                            or command = 'create_data_export' and state = 'retrying')
                        """, [.init(slow)]) == [])
            }
        }
    }
}
