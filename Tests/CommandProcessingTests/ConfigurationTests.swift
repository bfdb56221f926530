import Foundation
import Postgres
import TestSupport
import Testing
import Values

@Suite("The configuration", .timeLimit(.minutes(15)))
struct ConfigurationTests {
    @Test func `shows each object by its definition, which names others`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.send(
                "create_data_export",
                ["name": "Daily", "database": "shop", "tables": ["a", "b"]])
            try await scene.send("activate_data_export", ["name": "daily"])
            try await scene.send(
                "add_orchestration",
                [
                    "data_export": "daily", "destination": "crm", "data_template": "PLAIN",
                    "name": "Nightly",
                ])
            let alert: [String: JSONValue] = [
                "on": ["failure", "runtime"], "runtime_seconds_max": 60, "credential": "hook",
                "retry_seconds_max": 0, "orchestration": "Nightly",
            ]
            try await scene.send("create_alert", .object(alert.merging(["name": "Ops"]) { $1 }))
            try await scene.processor().drain()

            let expected: [[String: JSONValue]] = [
                ["alert": .object(alert)],
                [
                    "data_export": [
                        "database": "Shop", "tables": ["public.a", "public.b"],
                        "table_settings": [:],
                    ]
                ],
                ["data_template": ["settings": [:]]],
                ["database": ["credential": "shop"]],
                [
                    "destination": [
                        "kind": "directory", "settings": ["path": "/exports"],
                        "administrators_only": false,
                    ]
                ],
                [
                    "orchestration": [
                        "data_export": "Daily", "destination": "CRM", "data_template": "plain",
                    ]
                ],
            ]
            #expect(try await definitions(scene) == expected)
            let names = try await scene.texts(
                "select concat_ws('/', destination, name) from ferry.configuration order by kind")
            #expect(names == ["Ops", "Daily", "CRM/plain", "Shop", "CRM", "Nightly"])
            let versions = try await scene.texts(
                "select kind from ferry.object_versions as v where v.definition = ("
                    + "select definition from ferry.configuration where object_id = v.object_id)")
            #expect(Set(versions) == Set(expected.flatMap(\.keys)))
        }
    }

    @Test func `shows of a data export what is active, not its draft`() async throws {
        try await CommandScene.with { scene in
            let tables =
                "select definition ->> 'tables' from ferry.configuration "
                + "where kind = 'data_export'"
            try await scene.send(
                "create_data_export", ["name": "Daily", "database": "Shop", "tables": ["a"]])
            try await scene.processor().drain()
            #expect(try await scene.texts(tables) == [])

            try await scene.send("activate_data_export", ["name": "Daily"])
            try await scene.send("add_tables", ["name": "Daily", "tables": ["b"]])
            try await scene.processor().drain()
            #expect(try await scene.texts(tables) == ["[\"public.a\"]"])

            try await scene.send("activate_data_export", ["name": "Daily"])
            try await scene.processor().drain()
            #expect(try await scene.texts(tables) == ["[\"public.a\", \"public.b\"]"])
        }
    }

    @Test func `is seen where a policy of the reader lets it view`() async throws {
        try await CommandScene.with { scene in
            try await scene.admin.run("insert into ferry_state.environments values ('try out')")
            try await scene.admin.run(
                """
                insert into ferry_state.databases
                       (id, environment, name, key, credential, created_by)
                values (-1, 'try out', 'crm', 'crm', 'x', 'test')
                """)
            let bob = try await scene.database.connect(as: .bob)
            func seen() async throws -> [String] {
                try await bob.query(
                    "select environment from ferry.configuration order by 1"
                ).map { try $0[0].string() }
            }
            func assign(_ environment: String?) async throws {
                try await scene.admin.execute(
                    """
                    insert into ferry_state.policy_assignments
                           (id, role, policy, environment, denial, options, created_by)
                    values (nextval('ferry_state.ids'), $1, 'amp360_user', $2, false, '[]', 'test')
                    """, [.text(TestRole.bob.rawValue), Value(environment)])
            }

            #expect(try await seen() == [])
            try await assign("try out")
            #expect(try await seen() == ["try out"])
            try await assign(nil)
            #expect(try await seen() == ["production", "try out"])
        }
    }

    private func definitions(_ scene: CommandScene) async throws -> [[String: JSONValue]] {
        try await scene.admin.query(
            "select kind, definition::text from ferry.configuration order by kind"
        ).map { row in
            let definition = Data(try row[1].string().utf8)
            return [
                try row[0].string(): try JSONDecoder().decode(JSONValue.self, from: definition)
            ]
        }
    }
}
