import Lifecycle
import SourceDatabases
import Values

extension SourceSnapshot {
    /// Takes the snapshot of the tables of a run with these inputs.
    static func take(_ source: SourceDatabase, _ inputs: RunInputs) async throws -> SourceSnapshot {
        let tables: [TableName]? =
            switch inputs.tables {
            case .all: nil
            case .tables(let tables): tables
            }
        return try await take(
            source, tables: tables, except: inputs.skippedTables ?? [],
            settings: inputs.tableSettings)
    }
}
