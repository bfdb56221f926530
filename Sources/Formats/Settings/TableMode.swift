/// How the tables of a database are filled, by the format ``FileFormat/table``.
public enum TableMode: String, Codable, Sendable, CaseIterable {
    /// Tables are made; one that exists is refused.
    case create
    /// Tables must exist; they are emptied, and keep all else.
    case truncate
    /// Tables are made anew, and take the place of those that exist.
    case replace
}

extension DataTemplateSettings {
    /// Whether a large table is read in several parts at once: where it becomes several files
    /// anyway, or rows of a table. (What is read in parts ends in any order, and an archive is
    /// written in one.)
    public var readsInParts: Bool { archive == nil && (split != nil || format == .table) }

    /// Refuses settings of files for rows that go into tables, and the mode for all others.
    ///
    /// - Parameter mode: The setting that only tables have.
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

    /// What COPY sends is what COPY takes.
    var tableReading: TableReading {
        TableReading(copyOptions: "WITH (FORMAT text, ENCODING 'UTF8')")
    }
}
