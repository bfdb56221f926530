import Lifecycle
import Postgres
import SchemaFiles

/// The schema of this program.
enum Schema {
    struct Migration: Sendable {
        let number: Int
        let name: String
        let text: String
    }

    /// A file that is applied as a whole.
    struct CodeFile: Sendable {
        /// `views/runs`, `functions/claim_run`.
        let name: String
        let text: String
        let hash: String

        init(name: String, _ text: String) {
            self.name = name
            self.text = text
            hash = Schema.hash([text])
        }

        /// The routine or view that the file creates.
        var object: String { String(name.drop { $0 != "/" }.dropFirst()) }
        var isView: Bool { name.hasPrefix("views/") }

        /// Whether a view reads another, or one with the same prefix.
        func mentions(_ view: String) -> Bool {
            isView && (text.contains("ferry.\(view)") || text.contains("ferry_state.\(view)"))
        }
    }

    /// Every migration, by number.
    static let migrations: [Migration] = SchemaSQL.migrations.map { file in
        let digits = file.name.prefix { $0.isNumber }
        return Migration(number: Int(digits) ?? 0, name: file.name, text: file.text)
    }

    /// Views and functions, in the order in which they are applied.
    static let code: [CodeFile] = {
        let early = Set(SchemaSQL.functionsOfViews.map(\.name))
        let late = SchemaSQL.functions.filter { !early.contains($0.name) }
        func files(_ folder: String, _ files: [SQLFile]) -> [CodeFile] {
            files.map { CodeFile(name: "\(folder)/\($0.name)", $0.text) }
        }
        return files("functions", SchemaSQL.functionsOfViews) + files("views", SchemaSQL.views)
            + [definedCommands] + files("functions", late)
    }()

    /// The commands of this release, as a function, so that they are applied and compared like all
    /// other code.
    private static let definedCommands = CodeFile(
        name: "functions/defined_commands",
        """
        create or replace function ferry_state.defined_commands()
        returns jsonb
        language sql
        immutable
        set search_path = pg_catalog, pg_temp
        as $definitions$
            select $json$\(CommandDefinition.json)$json$::jsonb
        $definitions$;
        """)

    /// Identifies a set of views and functions.
    static let fingerprint = hash(code.flatMap { [$0.name, $0.text] })

    /// 64-bit FNV-1a. Not a security measure, only a protection against a forgotten `ferry
    /// migrate`.
    fileprivate static func hash(_ texts: [String]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for text in texts {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        return String(hash, radix: 16)
    }
}

/// The state of the schema in a database.
struct SchemaState {
    let missing: [Schema.Migration]
    /// A migration that this program does not know.
    let unknownMigration: String?
    /// The set of views and functions that was applied last.
    let code: String?
    /// Whether the database had this program's functions before, and now has others, of a newer
    /// release.
    let isOlderCode: Bool
    /// The hash of each file of views and functions that was applied.
    let files: [String: String]

    var isCurrent: Bool {
        missing.isEmpty && unknownMigration == nil && code == Schema.fingerprint
    }

    /// Nil when the database has no schema of Ferry's.
    static func find(_ connection: Connection) async throws -> SchemaState? {
        let exists = try await connection.query(
            "select to_regclass('ferry_state.code_files') is not null")
        guard try exists.first?[0].bool() == true else { return nil }
        var applied: [Int: String] = [:]
        for row in try await connection.query("select number, name from ferry_state.migrations") {
            applied[try row[0].int()] = try row[1].string()
        }
        let known = Set(Schema.migrations.map(\.number))
        let history = try await connection.query(
            "select fingerprint from ferry_state.code order by number"
        ).map { try $0[0].string() }
        var files: [String: String] = [:]
        for row in try await connection.query("select name, hash from ferry_state.code_files") {
            files[try row[0].string()] = try row[1].string()
        }
        return SchemaState(
            missing: Schema.migrations.filter { applied[$0.number] == nil },
            unknownMigration: applied.filter { !known.contains($0.key) }
                .min { $0.key < $1.key }?.value,
            code: history.last,
            isOlderCode: history.dropLast().contains(Schema.fingerprint),
            files: files)
    }
}
