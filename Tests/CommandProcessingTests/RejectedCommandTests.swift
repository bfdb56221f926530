import CommandProcessing
import Lifecycle
import Postgres
import TestSupport
import Testing
import Values

@Suite("A rejected command", .timeLimit(.minutes(15)))
struct RejectedCommandTests {
    @Test func `leaves nothing but its outcome and its event`() async throws {
        try await CommandScene.with { scene in
            try await scene.activate(["Daily"])
            let before = try await scene.texts(Self.configuration)
            let id = try await scene.send("create_data_export", ["name": "daily"])

            #expect(try await scene.processor().applyBatch() == 1)

            let said = CommandStatus(
                state: "rejected", code: "name_in_use",
                message: "export name \"daily\" is already in use (active, as \"Daily\")",
                hint: "choose another name; names are case-insensitive", attempts: 1)
            #expect(try await scene.status(id) == said)
            #expect(try await scene.texts(Self.configuration) == before)
            let events = try await scene.admin.query(
                """
                select event, object_kind, object_id, actor, details ->> 'code',
                       details ->> 'message', details ->> 'hint'
                  from ferry.events where command_id = $1
                """, [.int(id)])
            #expect(events.count == 1)
            let texts = try (0..<7).map { try events[0][$0].string() }
            let event = [
                "command_rejected", "command", "\(id)", "test_client_alice", "name_in_use",
                said.message ?? "", said.hint ?? "",
            ]
            #expect(texts == event)
        }
    }

    private static let configuration = """
        select to_jsonb(e)::text from ferry_state.data_exports as e
        union all select to_jsonb(v)::text from ferry_state.data_export_versions as v
        union all select to_jsonb(d)::text from ferry_state.databases as d order by 1
        """

    @Test func `says which rule, which object and what to do next`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.activate(["Active", "Used"])
            for name in ["B", "A"] {
                try await scene.send(
                    "add_orchestration",
                    [
                        "data_export": "Used", "destination": "CRM", "data_template": "plain",
                        "name": .string(name),
                    ])
            }
            try await scene.send(
                "create_data_export", ["name": "Draft", "database": "Shop", "tables": ["b", "c"]])
            try await scene.processor().drain()
            try await scene.admin.run("drop table public.b, public.c")

            var sent: [(id: Int64, refusal: Refusal)] = []
            for refusal in Self.refusals {
                sent.append((try await scene.send(refusal.command, refusal.arguments), refusal))
            }
            try await scene.processor().drain()

            for (id, refusal) in sent {
                let status = try await scene.status(id)
                #expect(status.state == "rejected", "\(refusal.message)")
                #expect(status.code == refusal.code)
                #expect(status.message == refusal.message)
                #expect(status.hint?.isEmpty == false)
            }
        }
    }

    struct Refusal {
        let command: String
        let arguments: JSONValue
        let code: String
        let message: String

        init(_ command: String, _ arguments: JSONValue, _ code: String, _ message: String) {
            self.command = command
            self.arguments = arguments
            self.code = code
            self.message = message
        }
    }

    static let refusals = [
        Refusal(
            "create_data_export", ["name": "New", "database": "Shoe"],
            "database_not_registered",
            "database \"Shoe\" is not registered; registered databases: \"Shop\""),
        Refusal(
            "create_data_export", ["name": "New", "database": "shop", "tables": ["nope"]],
            "table_not_in_database", "table \"public.nope\" is not in database \"Shop\""),
        Refusal(
            "create_data_export", ["name": " \u{3000} "], "invalid_name", "export name is empty"),
        Refusal(
            "activate_data_export", ["name": "Draft"], "tables_missing",
            "cannot activate \"Draft\": tables missing: public.b, public.c"),
        Refusal(
            "activate_data_export", ["name": "Active"], "no_draft",
            "export \"Active\" has no draft to activate"),
        Refusal(
            "discard_draft", ["name": "Active"], "no_draft",
            "export \"Active\" has no draft to discard"),
        Refusal(
            "delete_data_export", ["name": "Used"], "in_use",
            "cannot delete \"Used\": used by orchestrations \"A\", \"B\"; delete them first"),
        Refusal(
            "delete_data_export", ["name": "Nobody"], "not_found",
            "export \"Nobody\" does not exist"),
        Refusal(
            "add_orchestration",
            ["data_export": "Draft", "destination": "CRM", "data_template": "plain"],
            "export_is_draft", "\"Draft\" is a draft: activate it first"),
        Refusal(
            "add_orchestration",
            ["data_export": "Active", "destination": "CRM", "data_template": "gz"],
            "not_found", "destination \"CRM\" has no data template \"gz\""),
        Refusal(
            "unregister_database", ["name": "SHOP"], "in_use",
            "cannot unregister \"Shop\": used by exports \"Active\", \"Draft\", \"Used\""),
        Refusal("stop_run", ["run": 7], "not_found", "run 7 does not exist"),
    ]

    @Test func `of a database whose credential is not here names it`() async throws {
        try await CommandScene.with { scene in
            try await scene.send(
                "register_database", ["name": "Gone", "credential": "none"])
            let id = try await scene.send(
                "create_data_export", ["name": "X", "database": "Gone", "tables": ["a"]])

            try await scene.processor().drain()

            let status = try await scene.status(id)
            #expect(status.code == "database_unavailable")
            #expect(
                status.message
                    == "cannot look up the tables of database \"Gone\": this worker has no "
                    + "credential \"none\": give it one, as FERRY_CREDENTIAL_NONE or in a file "
                    + "(--credentials); its credentials of kind postgres: shop; correct it on the "
                    + "workers, then run again")
        }
    }
}
