import Postgres
import SchemaFiles

/// The schema that this program works with.
enum Schema {
    struct Migration: Sendable {
        let number: Int
        let name: String
        let text: String
    }

    /// Every migration, by number.
    static let migrations: [Migration] = SchemaSQL.migrations.map { file in
        let digits = file.name.prefix { $0.isNumber }
        return Migration(number: Int(digits) ?? 0, name: file.name, text: file.text)
    }

    /// Tells one set of views and functions from another; 64-bit FNV-1a of their text. Not a
    /// protection against anybody, only against a forgotten `ferry migrate`.
    static let fingerprint: String = {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for file in SchemaSQL.views + SchemaSQL.functions {
            for byte in file.name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            for byte in file.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        return String(hash, radix: 16)
    }()
}

/// What a database has of the schema.
struct SchemaState {
    let missing: [Schema.Migration]
    /// A migration that this program does not know.
    let unknownMigration: String?
    let code: String?

    static func read(_ connection: Connection) async throws -> SchemaState {
        var applied: [Int: String] = [:]
        for row in try await connection.query("select number, name from ferry_state.migrations") {
            applied[try row[0].int()] = try row[1].string()
        }
        let known = Set(Schema.migrations.map(\.number))
        let code = try await connection.query("select fingerprint from ferry_state.code")
        return SchemaState(
            missing: Schema.migrations.filter { applied[$0.number] == nil },
            unknownMigration: applied.filter { !known.contains($0.key) }
                .min { $0.key < $1.key }?.value,
            code: try code.first?[0].string())
    }
}
