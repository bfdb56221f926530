import Values
@testable import Formats
import Credentials
import Foundation
import Postgres
import SourceDatabases
import TestSupport
import Testing

/// A source database, and the Parquet files that are made of its tables.
struct ParquetScene: Sendable {
    let source: Connection
    let folder: String

    static func with(_ body: (ParquetScene) async throws -> Void) async throws {
        try await TestDatabase.withEmpty { source in
            let folder = NSTemporaryDirectory() + "ferry-parquet-\(UUID())"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try Data(source.url.utf8).write(to: URL(fileURLWithPath: folder + "/source"))
            let scene = ParquetScene(source: try await source.connect(), folder: folder)
            // As those of the sessions that read, so that texts can be compared.
            try await scene.source.run(
                """
                set search_path = public, pg_catalog; set DateStyle = 'ISO, YMD';
                set TimeZone = 'UTC'; set IntervalStyle = 'postgres'
                """)
            try await body(scene)
        }
    }

    private var database: SourceDatabase {
        SourceDatabase(
            name: "source", credential: "source", of: WorkerCredentials(paths: [folder]))
    }

    /// Tries to write each of these tables; gives why it was refused by those where it was.
    func refusals(_ tables: [TableName]) async throws -> [TableName: String] {
        let settings = try DataTemplateSettings(json: #"{"format": "parquet"}"#)
        let snapshot = try await SourceSnapshot.take(database, tables: tables)
        var refusals: [TableName: String] = [:]
        for table in snapshot.tables {
            let connection = try await database.connect()
            do {
                _ = try await write(table, settings, connection, 256 * 1024, nil)
            } catch let refusal as UnrepresentableValue {
                refusals[table.name] = refusal.description
            }
            await connection.close()
        }
        await snapshot.release()
        return refusals
    }

    /// Writes every table of the source to `<table>.parquet`, as a task does.
    ///
    /// - Parameters:
    ///   - chunkBytes: How large the chunks are that the encoder gets.
    ///   - limits: Others than the usual ones.
    /// - Returns: The rows that were encoded, by table.
    @discardableResult
    func write(
        _ settings: String = #"{"format": "parquet"}"#, chunkBytes: Int = 256 * 1024,
        limits: ParquetEncoder.GroupLimits? = nil
    ) async throws -> [String: Int64] {
        let settings = try DataTemplateSettings(json: settings)
        let snapshot = try await SourceSnapshot.take(database, tables: nil)
        let connection = try await database.connect()
        try await SourceSnapshot.join(connection, id: snapshot.id)
        var rows: [String: Int64] = [:]
        do {
            for table in snapshot.tables {
                rows[table.name.name] = try await write(
                    table, settings, connection, chunkBytes, limits)
            }
        } catch {
            await connection.close()
            await snapshot.release()
            throw error
        }
        await connection.close()
        await snapshot.release()
        return rows
    }

    private func write(
        _ table: SourceTable, _ settings: DataTemplateSettings, _ connection: Connection,
        _ chunkBytes: Int, _ limits: ParquetEncoder.GroupLimits?
    ) async throws -> Int64 {
        let reading = settings.reading(of: table.columns)
        let encoder: any RowEncoder =
            if let limits {
                try ParquetEncoder(table.columns.map(ParquetColumn.init), .snappy, limits: limits)
            } else {
                try #require(try reading.makeEncoder?())
            }
        let path = self.path(of: table.name.name)
        try Data().write(to: URL(fileURLWithPath: path))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        let source = table.copySource(asText: reading.asText)
        let sent = try await connection.copyOut(
            "COPY \(source) TO STDOUT \(reading.copyOptions)", chunkBytes: chunkBytes
        ) { chunk in
            try chunk.withUnsafeBytes { bytes in
                try encoder.process(bytes) { try file.write(contentsOf: Data($0)) }
            }
        }
        try encoder.finish { try file.write(contentsOf: Data($0)) }
        guard encoder.rows == Int64(sent.tagRows) else {
            throw NotDelivered(reason: "\(encoder.rows) rows of \(sent.tagRows)")
        }
        return encoder.rows
    }

    func path(of table: String) -> String { folder + "/" + table + ".parquet" }

    /// Runs a Python program with the folder and further arguments; gives what it prints.
    func python(_ program: String, _ arguments: [String] = []) async throws -> [String] {
        try await TestPython.linesLater(
            of: program, at: folder + "/program.py", [folder] + arguments)
    }
}
