import Foundation
import Postgres
import TestSupport
import Testing

extension Attacks {
    @Suite("A sender of commands", .timeLimit(.minutes(15)))
    struct CredentialTests {
        private static let ambient = [
            "AWS_ACCESS_KEY_ID": "hunter2", "AWS_SECRET_ACCESS_KEY": "hunter2",
            "AWS_SESSION_TOKEN": "hunter2", "HUNTER": "hunter2", "FERRY_ALERT_HUNTER": "hunter2",
        ]

        @Test func `has no variable and no file of a worker sent to a server of theirs`()
            async throws
        {
            try await Scene.with { scene in
                let server = try CuriousServer(.http)
                defer { server.close() }
                try scene.give(
                    "lake",
                    """
                    {kind: s3, endpoint: "https://minio.example", access_key_id: hunter2,
                     secret_access_key: hunter2}
                    """)
                try scene.give("ops", "https://hooks.example/hunter2")
                try scene.give("partner", "{kind: sftp, host: sftp.example, password: hunter2}")
                _ = try scene.start("worker", environment: Self.ambient)
                let endpoint =
                    "\"bucket\": \"bbb\", \"endpoint\": \"http://127.0.0.1:\(server.port)\""
                let sftp = """
                    "host": "127.0.0.1", "port": \(server.port), "user": "u", "path": "/",
                    "host_key": "SHA256:\(String(repeating: "A", count: 43))"
                    """
                let settings = [
                    ("s3", "{\(endpoint)}"), ("s3", "{\(endpoint), \"credential\": \"lake\"}"),
                    (
                        "s3",
                        """
                        {\(endpoint), "access_key_id": "env:HUNTER",
                         "secret_access_key": "env:HUNTER"}
                        """
                    ),
                    ("s3", "{\(endpoint), \"credential\": \"env:HUNTER\"}"),
                    ("s3", "{\(endpoint), \"credential\": \"ops\"}"),
                    ("sftp", "{\(sftp), \"credential\": \"partner\"}"),
                    ("sftp", "{\(sftp), \"password\": \"file:/proc/self/environ\"}"),
                    ("postgres", "{\"credential\": \"file:/proc/self/environ\"}"),
                ]

                for (number, (kind, settings)) in settings.enumerated() {
                    let outcome = try await scene.outcome(
                        of: "create_destination",
                        """
                        {"name": "d\(number)", "kind": "\(kind)", "settings": \(settings)}
                        """)
                    #expect(outcome.state == "rejected", "\(settings)")
                    #expect(outcome.message?.contains("hunter2") == false, "\(outcome)")
                }

                #expect(server.texts == [])
            }
        }

        @Test func `cannot make a credential of what was delivered`() async throws {
            try await Scene.with { scene in
                let server = try CuriousServer(.postgres)
                defer { server.close() }
                _ = try scene.start(
                    "worker", environment: ["PGPASSWORD": "hunter2"],
                    arguments: ["--credentials", scene.destination])
                try Data("host=127.0.0.1 port=\(server.port)".utf8).write(
                    to: URL(filePath: scene.destination + "/delivered"))
                for (name, credential) in [
                    ("a", "file:\(scene.destination)/delivered"), ("b", "delivered"),
                    ("c", "../exports/delivered"),
                ] {
                    _ = try await scene.outcome(
                        of: "register_database",
                        #"{"name": "\#(name)", "credential": "\#(credential)"}"#)
                    _ = try await scene.outcome(
                        of: "create_data_export",
                        #"{"name": "\#(name)", "database": "\#(name)", "tables": "all"}"#)
                    let outcome = try await scene.outcome(
                        of: "activate_data_export", #"{"name": "\#(name)"}"#)
                    #expect(outcome.state == "rejected", "\(credential): \(outcome)")
                }

                #expect(server.texts == [])
            }
        }

        @Test func `sees connections to sources take nothing from the worker's surroundings`()
            async throws
        {
            try await Scene.with { scene in
                let server = try CuriousServer(.postgres)
                defer { server.close() }
                let (folder, place) = (scene.folder, "127.0.0.1")
                for (name, text) in [
                    ("pgpass", "*:*:*:*:hunter2\n"),
                    ("services", "[hunter]\npassword=hunter2\nuser=hunter2\n"),
                ] {
                    try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
                    try FileManager.default.setAttributes(
                        [.posixPermissions: 0o600], ofItemAtPath: "\(folder)/\(name)")
                }
                try scene.give("plain", "host=\(place) port=\(server.port) sslmode=disable")
                try scene.give("safe", "host=\(place) port=\(server.port)")
                let worker = try scene.start(
                    "worker",
                    environment: [
                        "PGPASSWORD": "hunter2", "PGUSER": "hunter2", "PGDATABASE": "hunter2",
                        "PGPASSFILE": "\(folder)/pgpass", "PGSERVICE": "hunter",
                        "PGSERVICEFILE": "\(folder)/services", "PGOPTIONS": "-c hunter.x=hunter2",
                        "PGAPPNAME": "hunter2", "PGSSLMODE": "disable",
                    ])
                var said: [String] = []
                for name in ["plain", "safe"] {
                    try await scene.apply(
                        "register_database", #"{"name": "\#(name)", "credential": "\#(name)"}"#)
                    let outcome = try await scene.outcome(
                        of: "create_data_export",
                        #"{"name": "\#(name)", "database": "\#(name)", "tables": ["t"]}"#)
                    #expect(outcome.state == "rejected")
                    said.append(outcome.message ?? "")
                }

                #expect(server.texts.contains { $0.contains("ferry export") })
                #expect(!server.texts.contains { $0.contains("hunter2") })
                #expect(said[0].contains("no password supplied"), "\(said)")
                #expect(said[1].contains("sslmode is verify-full unless"), "\(said)")
                worker.signal(SIGTERM)
                _ = try await worker.end()
            }
        }

        @Test func `sees the names of credentials and nothing else`() async throws {
            try await Scene.with { scene in
                try scene.give("ops", "http://hooks.example/hunter2")
                try scene.give("broken", "hunter2")
                let worker = try scene.start("worker", environment: ["PGPASSWORD": "hunter2"])
                try await scene.registered("worker")

                #expect(
                    try await scene.queue.texts(
                        """
                        select concat_ws(' ', name, kind, is_verified, workers, workers_without)
                          from ferry.credentials order by name
                        """) == ["ops webhook f 1 0", "test_source postgres t 1 0"])
                #expect(worker.log.contains("cannot use a credential"))
                #expect(worker.log.contains("credential \"broken\""))
                #expect(!worker.log.contains("hunter2"))
            }
        }
    }
}
