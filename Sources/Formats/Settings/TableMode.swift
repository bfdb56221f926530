/// How tables are filled, with the format ``FileFormat/table``.
public enum TableMode: String, Codable, Sendable, CaseIterable {
    /// Tables are created; an existing one is an error.
    case create
    /// Tables must exist; they are truncated, and keep everything else.
    case truncate
    /// Tables are recreated, and replace existing ones.
    case replace
}

extension DataTemplateSettings {
    /// Whether a large table is read in several parts concurrently: if it becomes several files
    /// anyway, or rows of a table. (Parts end in any order, but an archive is written
    /// sequentially.)
    public var readsInParts: Bool { archive == nil && (split != nil || format == .table) }

    /// Rejects file settings for tables, and the mode for files.
    ///
    /// - Parameter mode: The setting of tables.
    static func checkTable(
        _ reader: SettingsReader, _ format: FileFormat, known: [String], own: [String],
        mode: String
    ) throws(SettingsError) {
        guard format == .table else {
            guard !reader.has(mode) else { throw .onlyOfTables(setting: mode) }
            return
        }
        for setting in known where reader.has(setting) && !own.contains(setting) {
            throw .notOfTables(setting: setting)
        }
    }

    /// COPY's output is COPY's input.
    var tableReading: TableReading {
        TableReading(copyOptions: "WITH (FORMAT text, ENCODING 'UTF8')")
    }
}
