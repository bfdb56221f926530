import Formats
import Foundation
import Testing

@testable import Destinations

@Suite("The settings of a PostgreSQL destination", .timeLimit(.minutes(15)))
struct PostgresSettingsTests {
    private func settings(_ json: String) throws -> PostgresSettings {
        try PostgresSettings(json: Data(json.utf8))
    }

    @Test func `are a credential and schemas`() throws {
        let least = try settings(#"{"credential": "dw"}"#)
        #expect(least.credential == "dw")
        #expect(least.schema == "public" && least.stagingSchema == "ferry_staging")
        let all = try settings(
            #"{"credential": "dw-2", "schema": "Crm 1", "staging_schema": "s"}"#)
        #expect(all.credential == "dw-2")
        #expect(all.schema == "Crm 1" && all.stagingSchema == "s")
    }

    @Test func `never hold a secret, and do not repeat one`() throws {
        let error = #expect(throws: SettingsError.self) {
            try settings(#"{"credential": "postgresql://me:s3cret@host/db"}"#)
        }
        #expect(error?.description.contains("s3cret") == false)
        #expect(
            error?.description.contains("must be the name of a credential of the workers") == true)
    }

    @Test(arguments: [
        "{}", #"{"credential": 1}"#, #"{"connection": "x"}"#, #"{"credential": "x", "port": 5432}"#,
        #"{"credential": "x", "schema": ""}"#, #"{"credential": "x", "schema": "a\u0000"}"#,
        #"{"credential": "x", "schema": "pg_catalog"}"#,
        #"{"credential": "x", "schema": "ferry_staging"}"#,
        #"{"credential": "x", "staging_schema": "information_schema"}"#,
    ])
    func `are refused where they are others`(json: String) {
        #expect(throws: SettingsError.self) { try settings(json) }
    }

    @Test func `go with data templates for tables, and those of other kinds with files`() throws {
        let table = try DataTemplateSettings(json: #"{"format": "table"}"#)
        for kind in DestinationKind.allCases {
            if kind == .postgres {
                try kind.check(table)
                #expect(throws: SettingsError.self) { try kind.check(DataTemplateSettings()) }
            } else {
                try kind.check(DataTemplateSettings())
                #expect(throws: SettingsError.self) { try kind.check(table) }
            }
        }
    }
}
