internal import Formats
internal import Foundation

/// The settings of a PostgreSQL destination:
///
///     {"credential": "warehouse", "schema": "crm"}
struct PostgresSettings: Sendable, Equatable {
    /// The name of a credential of kind `postgres`.
    let credential: String
    /// The schema in which tables are filled. `public` by default; it must exist.
    private(set) var schema: String
    /// For a sandbox, the original schema that `schema` replaces; `schema` is created if it is
    /// missing.
    private(set) var quarantinedSchema: String?
    /// The schema of staged tables and of the record of deliveries. `ferry_staging` by default.
    let stagingSchema: String

    /// - Throws: ``SettingsError``, which does not repeat values that should be references.
    init(json: Data) throws(SettingsError) {
        let reader = try SettingsReader(
            json: json, subject: "postgres destination",
            known: ["credential", "schema", "staging_schema"])
        credential = try reader.requiredCredential(
            "which is of kind postgres: the connection string of the target")
        schema = try Self.schema("schema", in: reader) ?? "public"
        stagingSchema = try Self.schema("staging_schema", in: reader) ?? "ferry_staging"
        guard schema != stagingSchema else {
            throw .notAllowed(
                setting: "staging_schema", value: stagingSchema,
                rule: "must differ from the schema of the tables")
        }
    }

    /// The same with the schema of a quarantine.
    func within(_ quarantine: Quarantine?) -> PostgresSettings {
        guard let quarantine else { return self }
        var settings = self
        settings.quarantinedSchema = schema
        settings.schema = quarantine.schema(insteadOf: schema)
        return settings
    }

    private static func schema(
        _ setting: String, in reader: SettingsReader
    ) throws(SettingsError) -> String? {
        guard let name = try reader.string(setting) else { return nil }
        let isPlain = !name.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard isPlain, (1...63).contains(name.utf8.count), !name.hasPrefix("pg_"),
            name != "information_schema"
        else {
            throw .notAllowed(
                setting: setting, value: name,
                rule: "must be the name of a schema, of 1 to 63 bytes without control "
                    + "characters, and not one of PostgreSQL's own")
        }
        return name
    }
}
