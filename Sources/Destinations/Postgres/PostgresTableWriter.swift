internal import Crypto
internal import Formats
internal import Manifests
internal import Postgres
import Values
import Waiting

/// Stages a file of rows, in the text that PostgreSQL's COPY writes, as a table.
///
/// The table, its rows and its entry in the list of staged tables are one transaction: so abandoned
/// tables, and those of dead processes, do not exist.
final class PostgresTableWriter: StagedFileWriter, @unchecked Sendable {
    // Sendable because one thread at a time uses it.
    private let target: PostgresTarget
    private let connection: Connection
    private let delivery: StagedDelivery
    private let file: String
    private let table: String
    /// The table at the source, for messages.
    private let shownTable: String
    private let feed: CopyFeed
    private var hash = SHA256()
    private var bytes: Int64 = 0
    private var rows: Int64 = 0

    private init(
        _ target: PostgresTarget, _ connection: Connection, _ delivery: StagedDelivery,
        _ file: StagedFile, table: String, shownTable: String, feed: CopyFeed
    ) {
        self.target = target
        self.connection = connection
        self.delivery = delivery
        self.file = file.name
        self.table = table
        self.shownTable = shownTable
        self.feed = feed
    }

    static func open(
        _ target: PostgresTarget, _ delivery: StagedDelivery, _ file: StagedFile
    ) async throws -> PostgresTableWriter {
        guard let source = file.table else {
            throw DestinationError.invalidPublication(
                destination: target.destination, run: delivery.run,
                reason: "\"\(file.name)\" is not of one table")
        }
        let columns = source.columns.map {
            Manifest.Column(name: $0.name, type: $0.type, nullable: $0.nullable)
        }
        let table = target.staging.table(for: delivery, file: file.name)
        let connection = try await target.connect()
        do {
            try await target.staging.prepare(connection, of: target)
            try await connection.run("begin")
            try await checkTypes(of: columns, target, about: source.name.canonical, connection)
            try await remove(delivery, file.name, target.staging, connection)
            let quoted = target.staging.quoted(table)
            let staged = source.columns.map {
                Manifest.Column(name: $0.name, type: $0.readAs ?? $0.type, nullable: $0.nullable)
            }
            try await connection.run("create table \(quoted) \(TargetTable.definition(staged))")
            let feed = try await connection.feed(
                "copy \(quoted) from stdin with (format text, encoding 'UTF8', freeze true)")
            return PostgresTableWriter(
                target, connection, delivery, file, table: table,
                shownTable: source.name.canonical, feed: feed)
        } catch {
            await connection.close()
            throw target.failure(error, about: source.name.canonical)
        }
    }

    /// An earlier table of the same token.
    private static func remove(
        _ delivery: StagedDelivery, _ file: String, _ staging: PostgresStaging,
        _ connection: Connection
    ) async throws {
        let left = try await connection.query(
            """
            delete from \(staging.stagedTables) where run = $1 and token = $2 and file = $3
            returning table_name
            """, [.int(delivery.run), .int(delivery.token), .text(file)])
        for row in left {
            try await connection.run("drop table if exists \(staging.quoted(row[0].string()))")
        }
    }

    /// - Throws: ``DestinationError`` if the target lacks a type.
    private static func checkTypes(
        of columns: [Manifest.Column], _ target: PostgresTarget, about path: String,
        _ connection: Connection
    ) async throws {
        let missing = try await connection.query(
            """
            select n from unnest($1::text[]) with ordinality as types (type, n)
             where to_regtype(type) is null order by n
            """, [Value(columns.map(\.type))])
        guard let first = try missing.first?[0].int() else { return }
        let column = columns[first - 1]
        throw DestinationError.refused(
            destination: target.destination, path: path,
            reason: "column \"\(column.name)\" is of type \(column.type), which the target does "
                + "not have. Create the type there (pg_dump --schema-only shows its definition), "
                + "or omit the table")
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { return }
        hash.update(bufferPointer: bytes)
        self.bytes += Int64(bytes.count)
        // Each row ends with a line feed; those in values are written as `\n`.
        for byte in bytes where byte == UInt8(ascii: "\n") { rows += 1 }
        let chunk = Array(bytes)
        try waiting { [feed] in try await feed.write(chunk) }
    }

    func finish() throws -> WrittenFile {
        let written = WrittenFile(bytes: bytes, sha256: hash.finalize().hexadecimal)
        let rows = rows
        try waiting { [feed, target, file, connection] in
            let stored = try await feed.finish()
            guard stored == rows else {
                throw DestinationError.checksumMismatch(
                    destination: target.destination, file: file, expected: "\(rows) rows",
                    actual: "\(stored)")
            }
            try await self.enter(written, rows: rows)
            try await connection.run("commit")
            await connection.close()
        }
        return written
    }

    private func enter(_ written: WrittenFile, rows: Int64) async throws {
        try await connection.execute(
            """
            insert into \(target.staging.stagedTables)
                   (run, token, file, table_name, rows, bytes, sha256)
            values ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .int(delivery.run), .int(delivery.token), .text(file), .text(table), .int(rows),
                .int(written.bytes), .text(written.sha256),
            ])
    }

    func abandon() {
        try? WaitingThreads.wait { [connection] in await connection.close() }
    }

    /// Runs asynchronous work and waits; if it fails, nothing more can be written.
    private func waiting(_ work: @escaping @Sendable () async throws -> Void) throws {
        do {
            try WaitingThreads.wait(work)
        } catch {
            abandon()
            throw target.failure(error, about: shownTable)
        }
    }
}
