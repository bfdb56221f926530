public import Formats
public import Values

/// The proof of one delivery: which files, from which snapshot, with which content.
///
/// The schema of its JSON is described in `docs/manifest.md`.
public struct Manifest: Sendable, Equatable {
    /// The value of the `manifest` member of the JSON: the schema and its major version.
    public static let schema = "ferry/1"

    /// The same with the minor version that added ``File/members``; written if there are any.
    static let schemaWithArchives = "ferry/1.1"

    /// The name of the manifest in the folder of its delivery.
    public static let fileName = "manifest.json"

    /// The name of the empty file that is written after the manifest, if the settings request it.
    public static let successFileName = ".DONE"

    public var export: Export
    /// The number of the run that delivered it.
    public var run: Int64
    public var environment: String
    /// The name under which the source database is registered.
    public var database: String
    public var snapshot: Snapshot
    /// When the run started.
    public var startedAt: Instant
    /// The file settings in force.
    public var format: DataTemplateSettings
    /// The delivered files, in the order of their names' bytes.
    public let files: [File]
    /// Warnings for users of the delivery.
    public var warnings: [Warning]
    /// Tables of the data export that were left out of the run.
    public var skippedTables: [TableName]

    /// - Throws: ``ManifestError`` if a name is not a plain file name or is used twice, or if a
    ///   number is negative.
    public init(
        export: Export, run: Int64, environment: String, database: String, snapshot: Snapshot,
        startedAt: Instant, format: DataTemplateSettings, files: [File],
        warnings: [Warning] = [], skippedTables: [TableName] = []
    ) throws(ManifestError) {
        self.export = export
        self.run = run
        self.environment = environment
        self.database = database
        self.snapshot = snapshot
        self.startedAt = startedAt
        self.format = format
        self.warnings = warnings
        self.skippedTables = skippedTables
        // Tasks end in any order; the manifest must not depend on it.
        self.files = files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        try Self.check(self.files)
    }

    /// The contents of the delivery's folder: the files, the manifest, and the success file if
    /// configured.
    public var namesInFolder: [String] {
        files.map(\.name) + [Self.fileName] + (format.successFile ? [Self.successFileName] : [])
    }

    /// The sums over ``files``.
    public var totals: Totals {
        Totals(
            files: files.count,
            rows: files.reduce(0) { $0 + $1.rows },
            bytes: files.reduce(0) { $0 + $1.bytes })
    }

    /// The data export that was delivered.
    public struct Export: Codable, Sendable, Equatable {
        public var id: Int64
        public var name: String
        /// The active version of the export when the run started.
        public var version: Int64

        public init(id: Int64, name: String, version: Int64) {
            self.id = id
            self.name = name
            self.version = version
        }
    }

    /// The one snapshot of the source from which all files were read.
    public struct Snapshot: Codable, Sendable, Equatable {
        /// PostgreSQL's name of the exported snapshot, if any.
        public var id: String?
        /// When it was taken, by the clock of the source.
        public var takenAt: Instant
        /// The write-ahead log position at that time, like `16/B374D848`, if known.
        public var walPosition: String?

        public init(id: String? = nil, takenAt: Instant, walPosition: String? = nil) {
            self.id = id
            self.takenAt = takenAt
            self.walPosition = walPosition
        }

        private enum CodingKeys: String, CodingKey {
            case id
            case takenAt = "taken_at"
            case walPosition = "wal_position"
        }
    }

    /// One file at the destination.
    public struct File: Sendable, Equatable {
        /// Its name in the folder of the manifest; never a path.
        public var name: String
        /// The table that it holds; nil for an archive.
        public var table: TableName?
        /// Rows of the table in it, without the header.
        public var rows: Int64
        /// Its size at the destination.
        public var bytes: Int64
        /// SHA-256 of its bytes at the destination, in lowercase hexadecimal digits.
        public var sha256: String
        /// The table's columns in the order of the file.
        public var columns: [Column]
        /// The files in an archive, in the order of their names' bytes; nil for any other file.
        /// Their names, sizes and hashes are those in the archive.
        public private(set) var members: [File]?

        public init(
            name: String, table: TableName, rows: Int64, bytes: Int64, sha256: String,
            columns: [Column]
        ) {
            self.name = name
            self.table = table
            self.rows = rows
            self.bytes = bytes
            self.sha256 = sha256
            self.columns = columns
        }

        /// An archive. Its rows are those of all its members.
        public init(archive name: String, bytes: Int64, sha256: String, members: [File]) {
            self.name = name
            // If the sum overflows, the manifest is rejected.
            rows = members.reduce(0) { $0 &+ $1.rows }
            self.bytes = bytes
            self.sha256 = sha256
            columns = []
            self.members = members.sorted {
                $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
            }
        }
    }

    /// A warning about a table.
    public struct Warning: Sendable, Equatable {
        /// `rows_out_of_range`: its number of rows is outside of the configured bounds.
        /// `heirs_left_out`: tables that inherit from it have rows that are not sent.
        /// `values_readers_refuse`: it has JSON that some readers reject or change.
        /// `name_not_utf8`: it is not sent, as a name is not valid text; `table` is escaped.
        public var code: String
        public var table: TableName
        /// How many were delivered.
        public var rows: Int64
        public var minimum: Int64?
        public var maximum: Int64?
        /// The same as text.
        public var message: String

        public init(
            code: String, table: TableName, rows: Int64, minimum: Int64?, maximum: Int64?,
            message: String
        ) {
            self.code = code
            self.table = table
            self.rows = rows
            self.minimum = minimum
            self.maximum = maximum
            self.message = message
        }
    }

    /// A column, as described by the source.
    public struct Column: Codable, Sendable, Equatable {
        public var name: String
        /// PostgreSQL's own text of the type (`format_type`): `numeric(10,2)`.
        public var type: String
        public var nullable: Bool
        /// The mask of its values: `null`, `hash`, `keep_first`, `keep_last` or `constant`; nil if
        /// they are sent unmasked.
        public var masked: String?

        public init(name: String, type: String, nullable: Bool, masked: String? = nil) {
            self.name = name
            self.type = type
            self.nullable = nullable
            self.masked = masked
        }
    }

    /// Sums over all files.
    public struct Totals: Codable, Sendable, Equatable {
        public var files: Int
        public var rows: Int64
        public var bytes: Int64
    }
}
