import ConfigurationFiles
import Testing
import Values
import Yams

@Suite("A configuration file")
struct ConfigurationFileTests {
    @Test func `is laid out by kind, in an order that depends on nothing else`() throws {
        let configuration = Configuration([
            DefinedObject(
                .orchestration, name: "Daily customers",
                definition: [
                    "data_export": "Daily customers", "destination": "Exchange",
                    "data_template": "CSV",
                ]),
            DefinedObject(
                .dataExport, name: "Daily customers",
                definition: [
                    "database": "crm", "tables": ["public.orders", "public.customers"],
                    "table_settings": [
                        "public.customers": ["filter": "a = 'x'\nor b > 2", "columns": ["a", "b"]]
                    ],
                ]),
            DefinedObject(
                .dataExport, name: "all of it", definition: ["database": "crm", "tables": "all"]),
            DefinedObject(
                .dataTemplate, destination: "Exchange", name: "CSV",
                definition: ["settings": ["format": "csv", "null_text": "no", "header": true]]),
            DefinedObject(
                .destination, name: "Exchange",
                definition: [
                    "kind": "directory", "settings": ["path": "/exports"],
                    "administrators_only": false,
                ]),
            DefinedObject(
                .database, name: "crm", definition: ["credential": "crm"]),
            DefinedObject(
                .orchestrationGroup, name: "Nightly",
                definition: [
                    "orchestrations": ["Daily customers"], "enabled": false,
                    "schedule": "30 2 * * 1-5", "time_zone": "Europe/Berlin", "catch_up": "one",
                ]),
            DefinedObject(
                .alert, name: "Ops",
                definition: [
                    "on": ["failure"], "credential": "ops", "retry_seconds_max": 86400,
                ]),
        ])

        let text = configuration.yaml(environment: "production")
        #expect(
            text == """
                # The configuration of the environment production of Ferry.
                # `ferry plan FILE` shows what would change, `ferry apply FILE` changes it.
                # It names credentials, but contains no secrets.
                ferry: 1
                databases:
                  crm:
                    credential: crm
                destinations:
                  Exchange:
                    kind: directory
                    settings:
                      path: /exports
                    data_templates:
                      CSV:
                        format: csv
                        header: true
                        null_text: "no"
                data_exports:
                  Daily customers:
                    database: crm
                    tables:
                      - public.customers
                      - public.orders
                    table_settings:
                      public.customers:
                        columns:
                          - a
                          - b
                        filter: |-
                          a = 'x'
                          or b > 2
                  all of it:
                    database: crm
                    tables: all
                orchestrations:
                  Daily customers:
                    data_export: Daily customers
                    destination: Exchange
                    data_template: CSV
                orchestration_groups:
                  Nightly:
                    orchestrations:
                      - Daily customers
                    schedule: "30 2 * * 1-5"
                    time_zone: Europe/Berlin
                    enabled: false
                alerts:
                  Ops:
                    "on":
                      - failure
                    credential: ops

                """)
        #expect(try ConfigurationFile(text).configuration.objects == configuration.objects)
    }

    @Test(arguments: 0..<40)
    func `says the same when it was written and read again`(seed: UInt64) throws {
        var random = SampleConfiguration(seed: seed)
        let configuration = random.configuration()
        let text = configuration.yaml(environment: "production")

        let read: Configuration
        do { read = try ConfigurationFile(text).configuration } catch {
            Issue.record("\(error.problems)\n\(text)")
            return
        }

        for (identity, object) in configuration.objects where read.objects[identity] != object {
            Issue.record("\(object) was read as \(String(describing: read.objects[identity]))")
        }
        #expect(read.objects.count == configuration.objects.count)
        #expect(read.yaml(environment: "production") == text)
        let plan = try ConfigurationPlan(
            from: configuration, to: try ConfigurationFile(text), prunes: true)
        #expect(plan.changes == [])
    }

    @Test func `has texts in quotes that some reader takes for something else`() throws {
        for text in SampleConfiguration.texts {
            let configuration = Configuration([
                DefinedObject(
                    .destination, name: "D",
                    definition: ["kind": "s3", "settings": ["text": .string(text)]])
            ])
            // Yams reads by the rules of YAML 1.1, where `yes` is true.
            let loaded = try Yams.load(yaml: configuration.yaml(environment: "e"))
            let root = try #require(loaded as? [String: Any])
            let destinations = try #require(root["destinations"] as? [String: [String: Any]])
            let settings = try #require(destinations["D"]?["settings"] as? [String: Any])
            #expect(settings["text"] as? String == text)
        }
    }

    @Test func `may be written by hand in any form of YAML`() throws {
        let file = try ConfigurationFile(
            """
            ferry: 1
            databases: {crm: {credential: 'crm'}}
            data_exports:
              7: {database: crm, tables: [orders, "public.customers", orders]}
              "on":
                database: crm
                tables: all
                table_settings: {orders: {rows: {minimum: 1}, filter: ~}, customers: {}}
            destinations:
            """)

        #expect(
            file.configuration.objects
                == Configuration([
                    DefinedObject(
                        .database, name: "crm", definition: ["credential": "crm"]),
                    DefinedObject(
                        .dataExport, name: "7",
                        definition: [
                            "database": "crm", "tables": ["public.customers", "public.orders"],
                        ]),
                    DefinedObject(
                        .dataExport, name: "on",
                        definition: [
                            "database": "crm", "tables": "all",
                            "table_settings": [
                                "public.orders": ["rows": ["minimum": 1, "otherwise": "fail"]]
                            ],
                        ]),
                ]).objects)
    }
}
