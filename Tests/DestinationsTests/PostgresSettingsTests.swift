import Formats
import Foundation
import enum Lifecycle.SecretReference
import Testing

@testable import Destinations

@Suite("The settings of a PostgreSQL destination")
struct PostgresSettingsTests {
    private func settings(_ json: String) throws -> PostgresSettings {
        try PostgresSettings(json: Data(json.utf8))
    }

    @Test func `are a reference to a connection, and schemas`() throws {
        let least = try settings(#"{"connection": "env:DW_URL"}"#)
        #expect(least.connection == .environment("DW_URL"))
        #expect(least.schema == "public" && least.stagingSchema == "ferry_staging")
        let all = try settings(
            #"{"connection": "file:/run/dw", "schema": "Crm 1", "staging_schema": "s"}"#)
        #expect(all.connection == .file("/run/dw"))
        #expect(all.schema == "Crm 1" && all.stagingSchema == "s")
    }

    @Test func `never hold a secret, and do not repeat one`() throws {
        let error = #expect(throws: SettingsError.self) {
            try settings(#"{"connection": "postgresql://me:s3cret@host/db"}"#)
        }
        #expect(error?.description.contains("s3cret") == false)
        #expect(error?.description.contains("env:NAME or file:/path") == true)
    }

    @Test(arguments: [
        "{}", #"{"connection": 1}"#, #"{"connection": "env:X", "port": 5432}"#,
        #"{"connection": "env:X", "schema": ""}"#, #"{"connection": "env:X", "schema": "a\u0000"}"#,
        #"{"connection": "env:X", "schema": "pg_catalog"}"#,
        #"{"connection": "env:X", "schema": "ferry_staging"}"#,
        #"{"connection": "env:X", "staging_schema": "information_schema"}"#,
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
