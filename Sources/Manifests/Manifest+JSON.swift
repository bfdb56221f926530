internal import Crypto
internal import Formats
public import Foundation
import Values

extension Manifest: Codable {
    private enum CodingKeys: String, CodingKey {
        case manifest, export, run, environment, database, snapshot
        case startedAt = "started_at"
        case format, files, totals, warnings
        case skippedTables = "skipped_tables"
    }

    /// - Throws: ``ManifestError`` for another schema version, unsafe names or wrong totals.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let schema = try container.decode(String.self, forKey: .manifest)
        // A minor version (ferry/1.2) only adds members, which are ignored.
        guard schema == Self.schema || schema.hasPrefix(Self.schema + ".") else {
            throw ManifestError.unknownVersion(schema)
        }
        try self.init(
            export: container.decode(Export.self, forKey: .export),
            run: container.decode(Int64.self, forKey: .run),
            environment: container.decode(String.self, forKey: .environment),
            database: container.decode(String.self, forKey: .database),
            snapshot: container.decode(Snapshot.self, forKey: .snapshot),
            startedAt: container.decode(Instant.self, forKey: .startedAt),
            format: container.decode(DataTemplateSettings.self, forKey: .format),
            files: container.decode([File].self, forKey: .files),
            warnings: container.decodeIfPresent([Warning].self, forKey: .warnings) ?? [],
            skippedTables: container.decodeIfPresent([TableParts].self, forKey: .skippedTables)?
                .map(\.table) ?? [])
        guard try container.decode(Totals.self, forKey: .totals) == totals else {
            throw ManifestError.wrongTotals
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let hasArchive = files.contains { $0.members != nil }
        try container.encode(
            hasArchive ? Self.schemaWithArchives : Self.schema, forKey: .manifest)
        try container.encode(export, forKey: .export)
        try container.encode(run, forKey: .run)
        try container.encode(environment, forKey: .environment)
        try container.encode(database, forKey: .database)
        try container.encode(snapshot, forKey: .snapshot)
        try container.encode(startedAt, forKey: .startedAt)
        try container.encode(format, forKey: .format)
        try container.encode(files, forKey: .files)
        try container.encode(totals, forKey: .totals)
        if !warnings.isEmpty { try container.encode(warnings, forKey: .warnings) }
        if !skippedTables.isEmpty {
            try container.encode(skippedTables.map(TableParts.init), forKey: .skippedTables)
        }
    }

    /// The canonical bytes: JSON with sorted keys, indented, with a line end at its end.
    ///
    /// Equal manifests have equal bytes, so a resumed publication writes the same.
    public func encoded() -> [UInt8] { canonicalJSON }

    /// SHA-256 of ``encoded()``, in lowercase hexadecimal digits.
    public var sha256: String { SHA256.hash(data: encoded()).hexadecimal }

    /// Reads a manifest, canonical or not.
    ///
    /// - Throws: ``ManifestError`` if it is invalid, has another major version, or is inconsistent.
    public init(decoding bytes: some DataProtocol) throws(ManifestError) {
        do {
            self = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
        } catch let error as ManifestError {
            throw error
        } catch let error as SettingsError {
            throw .notAManifest(reason: error.description)
        } catch DecodingError.keyNotFound(let key, _) {
            throw .notAManifest(reason: "\"\(key.stringValue)\" is missing")
        } catch DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context)
        {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw .notAManifest(reason: "\"\(path)\" has the wrong type")
        } catch DecodingError.dataCorrupted(let context) {
            throw .notAManifest(reason: context.debugDescription)
        } catch {
            throw .notAManifest(reason: "it cannot be decoded")
        }
    }
}

extension Manifest.File: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, table, rows, bytes, sha256, columns, members
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let members = try container.decodeIfPresent([Manifest.File].self, forKey: .members) {
            let rows = try container.decode(Int64.self, forKey: .rows)
            self.init(
                archive: try container.decode(String.self, forKey: .name),
                bytes: try container.decode(Int64.self, forKey: .bytes),
                sha256: try container.decode(String.self, forKey: .sha256), members: members)
            self.rows = rows
            return
        }
        self.init(
            name: try container.decode(String.self, forKey: .name),
            table: try container.decode(TableParts.self, forKey: .table).table,
            rows: try container.decode(Int64.self, forKey: .rows),
            bytes: try container.decode(Int64.self, forKey: .bytes),
            sha256: try container.decode(String.self, forKey: .sha256),
            columns: try container.decode([Manifest.Column].self, forKey: .columns))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encodeIfPresent(table.map(TableParts.init), forKey: .table)
        try container.encode(rows, forKey: .rows)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(sha256, forKey: .sha256)
        try container.encodeIfPresent(members, forKey: .members)
        if members == nil { try container.encode(columns, forKey: .columns) }
    }
}

extension Manifest.Warning: Codable {
    private enum CodingKeys: String, CodingKey {
        case code, table, rows, minimum, maximum, message
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            code: try container.decode(String.self, forKey: .code),
            table: try container.decode(TableParts.self, forKey: .table).table,
            rows: try container.decode(Int64.self, forKey: .rows),
            minimum: try container.decodeIfPresent(Int64.self, forKey: .minimum),
            maximum: try container.decodeIfPresent(Int64.self, forKey: .maximum),
            message: try container.decode(String.self, forKey: .message))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(code, forKey: .code)
        try container.encode(TableParts(table), forKey: .table)
        try container.encode(rows, forKey: .rows)
        try container.encodeIfPresent(minimum, forKey: .minimum)
        try container.encodeIfPresent(maximum, forKey: .maximum)
        try container.encode(message, forKey: .message)
    }
}

/// A table in two members, so that readers need not parse a qualified name.
private struct TableParts: Codable {
    let schema: String
    let name: String

    init(_ table: TableName) {
        schema = table.schema
        name = table.name
    }

    var table: TableName { TableName(schema: schema, name: name) }
}
