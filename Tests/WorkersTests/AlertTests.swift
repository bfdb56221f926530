import Foundation
import Postgres
import TestSupport
import Testing

@Suite("An alert", .timeLimit(.minutes(15)))
struct AlertTests {
    @Test func `notifies a web server about runs, signed, once`() async throws {
        try await withReceiver { scene, receiver in
            _ = try scene.start("w1")
            _ = try scene.start("w2")
            try await scene.configure(tables: #"["public.customers", "public.empty"]"#)
            try await scene.addAlert("Good", #"["success"]"#, url: receiver.url("/good/200"))
            try await scene.addAlert("Bad", #"["failure"]"#, url: receiver.url("/bad/200"))
            let good = try await scene.run()
            try await scene.reaches("succeeded", good)
            try await scene.source.run("drop table public.customers cascade")
            let bad = try await scene.run()
            try await scene.reaches("failed", bad)

            try await scene.delivered(2)
            let reported = try receiver.requests()
            #expect(reported.map(\.isSigned) == [true, true])
            let success = try #require(reported.first { $0.path == "/good/200" }).message()
            #expect(success["event"] as? String == "success")
            let run = try #require(success["run"] as? [String: Any])
            let row = try await scene.queue.query(
                """
                select rows, bytes, manifest_sha256, (select count(*) from ferry.run_files
                                                       where run_id = r.id)
                  from ferry.runs as r where id = $1
                """, [.int(good)])[0]
            #expect(run["id"] as? Int64 == good)
            #expect(run["rows"] as? Int64 == (try row[0].int64()))
            #expect(run["bytes"] as? Int64 == (try row[1].int64()))
            #expect(run["manifest_sha256"] as? String == (try row[2].string()))
            #expect(run["files"] as? Int64 == (try row[3].int64()))
            let failure = try #require(reported.first { $0.path == "/bad/200" }).message()
            let failed = try #require(failure["run"] as? [String: Any])
            #expect(failed["id"] as? Int64 == bad)
            #expect(failed["state"] as? String == "failed")
            #expect((failed["error"] as? [String: Any])?["code"] as? String == "tables_missing")
        }
    }

    @Test func `is sent again with the same id until it is accepted`() async throws {
        try await withReceiver { scene, receiver in
            _ = try scene.start("worker")
            try await scene.configure()
            try await scene.addAlert(
                "Ops", #"["success"]"#, url: receiver.url("/500,429after4,204"))
            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            try await scene.delivered(1)

            let reported = try receiver.requests()
            #expect(reported.map(\.answer) == ["500", "429after4", "204"])
            #expect(Set(reported.map(\.id)).count == 1)
            #expect(Set(reported.map(\.body)).count == 1)
            let stamps = reported.compactMap { $0.headers["webhook-timestamp"].flatMap(Int.init) }
            #expect(stamps[2] - stamps[1] >= 4)
            #expect(
                try await scene.queue.texts(
                    "select concat_ws(' ', state, attempts) from ferry.alert_deliveries")
                    == ["delivered 3"])
        }
    }

    @Test func `reaches a web server that was down`() async throws {
        let (listener, port) = try LocalSocket.listening()
        listener.close()
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure()
            try await scene.addAlert("Ops", #"["success"]"#, url: "http://127.0.0.1:\(port)/200")
            try await scene.reaches("succeeded", try await scene.run())
            try await eventually(within: .seconds(60), "the first attempt fails") {
                try await scene.queue.text("select last_error from ferry.alert_deliveries")?
                    .contains("refused") == true
            }

            let receiver = try WebhookServer(port: port)
            defer { receiver.stop() }

            try await scene.delivered(1)
            #expect(try receiver.requests().count == 1)
        }
    }

    @Test func `is delivered by another worker when one dies before it has noted it`()
        async throws
    {
        try await withReceiver { scene, receiver in
            let dying = try scene.start("dying", failpoint: "alert.sent")
            try await scene.configure()
            try await scene.addAlert("Ops", #"["success"]"#, url: receiver.url("/200"))
            try await scene.reaches("succeeded", try await scene.run())
            #expect(try await dying.end() == .signal(SIGKILL))
            #expect(try receiver.requests().count == 1)

            _ = try scene.start("heir")

            try await scene.delivered(1)
            let reported = try receiver.requests()
            #expect(reported.count == 2)
            #expect(Set(reported.map(\.id)).count == 1)
            #expect(reported.map(\.isSigned) == [true, true])
        }
    }

    @Test func `notifies during a run that it takes too long, once`() async throws {
        try await withReceiver(tables: HeldTable.script) { scene, receiver in
            _ = try scene.start("worker")
            try await scene.configure()
            try await scene.addAlert(
                "Slow", #"["runtime"]"#, url: receiver.url("/200"),
                more: #", "runtime_seconds_max": 1, "orchestration": "Daily customers""#)
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()

            try await scene.delivered(1)
            let message = try #require(try receiver.requests().first).message()
            #expect(message["event"] as? String == "runtime")
            #expect((message["run"] as? [String: Any])?["state"] as? String == "running")
            await held.open()
            try await scene.reaches("succeeded", run)

            try await scene.apply("test_alert", #"{"name": "slow"}"#)
            try await scene.delivered(2)
            #expect(
                try receiver.requests().compactMap { try $0.message()["event"] as? String }
                    == ["runtime", "test"])
        }
    }

    @Test func `without an answer blocks neither runs nor other alerts`() async throws {
        try await withReceiver { scene, receiver in
            let worker = try scene.start("worker")
            try await scene.configure()
            try await scene.addAlert("Dead", #"["success"]"#, url: receiver.url("/dead/hang"))
            try await scene.addAlert("Alive", #"["success"]"#, url: receiver.url("/alive/200"))
            for _ in 1...2 { try await scene.reaches("succeeded", try await scene.run()) }
            let isHanging = { try !receiver.requests(to: "/dead").isEmpty }
            try await eventually(within: .seconds(60), "the dead one is asked", isHanging)
            try await scene.delivered(2)

            // What hangs is handed back when the worker stops.
            worker.signal(SIGTERM)
            #expect(try await worker.end() == .exit(0))

            #expect(
                try await scene.queue.texts(
                    """
                    select distinct concat_ws(' ', alert, state, worker)
                      from ferry.alert_deliveries order by 1
                    """) == ["Alive delivered", "Dead waiting"])
            #expect(
                try await scene.queue.number(
                    """
                    select count(*) from ferry.alert_deliveries
                     where state = 'waiting' and next_attempt_at <= now()
                    """) == 2)
        }
    }

    @Test func `runs a program that its worker allows, and no other`() async throws {
        try await Scene.with { scene in
            let page = try scene.program("page", "cat > \"${0%/*}/$FERRY_EVENT.json\"")
            let other = try scene.program("other", "touch \"$0.ran\"")
            _ = try scene.start("plain")
            _ = try scene.start("paging", arguments: ["--allow-program", page])
            try await scene.configure()
            for (name, path) in [("Page", page), ("Other", other)] {
                try await scene.apply(
                    "create_alert",
                    #"{"name": "\#(name)", "on": ["success"], "program": ["\#(path)"]}"#)
            }

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            try await scene.delivered(1)
            let text = try String(
                contentsOfFile: scene.folder + "/success.json", encoding: .utf8)
            #expect(text.contains("\"id\": \(run)"))
            try await eventually(within: .seconds(60), "it is reported that nobody may run it") {
                try await scene.queue.text(
                    "select last_error from ferry.alert_deliveries where alert = 'Other'")?
                    .contains("no worker allows the program \(other)") == true
            }
            #expect(!FileManager.default.fileExists(atPath: other + ".ran"))
        }
    }

    private func withReceiver(
        tables: String? = nil, _ body: @Sendable (Scene, WebhookServer) async throws -> Void
    ) async throws {
        let receiver = try WebhookServer()
        defer { receiver.stop() }
        try await Scene.with(tables: tables) { try await body($0, receiver) }
    }
}

extension Scene {
    fileprivate func addAlert(
        _ name: String, _ events: String, url: String, more: String = ""
    ) async throws {
        let credential = name.lowercased()
        try give(
            credential,
            #"{"kind": "webhook", "url": "\#(url)", "key": "\#(WebhookServer.secret)"}"#)
        try await apply(
            "create_alert",
            #"{"name": "\#(name)", "on": \#(events), "credential": "\#(credential)"\#(more)}"#)
    }

    /// Waits until so many messages were delivered.
    fileprivate func delivered(_ count: Int) async throws {
        try await eventually(within: .seconds(60), "\(count) messages are delivered") {
            try await queue.number(
                "select count(*) from ferry.alert_deliveries where state = 'delivered'") == count
        }
    }

    /// Makes a program of a line of shell; returns its path.
    fileprivate func program(_ name: String, _ line: String) throws -> String {
        let path = folder + "/" + name
        try ShellScript.write(line, to: path)
        return path
    }
}

extension WebhookServer.Request {
    fileprivate func message() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(body.utf8))
        return try #require(object as? [String: Any])
    }
}
