import Formats
public import Lifecycle
import Postgres
import SourceDatabases
import Values

/// Plans a run without writing anything: a dry run.
public struct RunPlanner: Sendable {
    /// Number of rows shown per table: 5.
    static let firstRowsMax = 5
    /// Longer values are truncated: 200 characters.
    static let charactersMax = 200
    /// Number of rows encoded per table to estimate its bytes: 1,000.
    static let sampleRowsMax = 1000
    /// Number of tables whose rows are read; further ones only have names and row counts: 100.
    static let tablesLookedAtMax = 100
    /// Maximum duration of reading one table: 10 seconds.
    static let statementMax = Duration.seconds(10)
    /// Maximum duration of all reading, as the command waits for it: 30 seconds.
    static let timeMax = Duration.seconds(30)

    let access: DestinationAccess

    public init(access: DestinationAccess) {
        self.access = access
    }

    public func plan(
        _ dataExport: String, _ inputs: RunInputs
    ) async -> Result<RunPlan, PlanFailure> {
        do {
            return .success(try await planned(dataExport, inputs))
        } catch {
            let runError = RunError(error, while: "database \"\(shown(inputs.database.name))\"")
            let hint = runError.hint.map { "; \($0)" } ?? ""
            return .failure(PlanFailure(reason: runError.message + hint))
        }
    }

    private func planned(_ dataExport: String, _ inputs: RunInputs) async throws -> RunPlan {
        let settings = try access.settings(inputs)
        _ = try await settings.openKeyring(of: access.credentials)
        _ = try access.open(inputs.destination)
        let source = SourceDatabase(
            name: inputs.database.name, credential: inputs.database.credential,
            of: access.credentials)
        let snapshot = try await SourceSnapshot.take(source, inputs)
        do {
            var plan = try await look(
                at: snapshot, settings, dataExport, inputs.tableSettings)
            if settings.archive != nil {
                let archive = try settings.archiveName(
                    Delivery.nameValues(export: dataExport, run: nil, snapshot),
                    ending: settings.archiveExtension)
                for index in plan.tables.indices {
                    plan.tables[index].file = archive + "/" + plan.tables[index].file
                }
            }
            await snapshot.release()
            return plan
        } catch {
            await snapshot.release()
            throw error
        }
    }

    private func look(
        at snapshot: SourceSnapshot, _ settings: DataTemplateSettings, _ dataExport: String,
        _ tableSettings: [TableName: TableSettings]
    ) async throws -> RunPlan {
        for table in snapshot.tables { try settings.check(table.columns, of: table.name) }
        let files = try settings.fileNames(
            for: snapshot.tables.map(\.name),
            Delivery.nameValues(export: dataExport, run: nil, snapshot))
        let deadline = ContinuousClock.now + Self.timeMax
        try await snapshot.limitStatements(to: Self.statementMax)
        var tables: [RunPlan.Table] = []
        for (index, (table, file)) in zip(snapshot.tables, files).enumerated() {
            let isLookedAt = index < Self.tablesLookedAtMax && ContinuousClock.now < deadline
            do {
                tables.append(
                    try await planned(table, file, snapshot, settings, isLookedAt: isLookedAt))
            } catch {
                throw SourceError.concealing(error, of: table.name, tableSettings)
            }
        }
        for (table, message) in snapshot.heirsLeftOut() {
            let index = tables.firstIndex { $0.schema == table.schema && $0.name == table.name }
            if let index {
                tables[index].warning =
                    [message, tables[index].warning].compactMap { $0 }.joined(separator: "; ")
            }
        }
        // They have no line of their own, as nothing of them would be written.
        let others = snapshot.unnamableLeftOut().map(\.message)
        if !others.isEmpty, !tables.isEmpty {
            let all = [tables[0].warning].compactMap(\.self) + others
            tables[0].warning = all.joined(separator: "; ")
        }
        return RunPlan(tables: tables)
    }

    private func planned(
        _ table: SourceTable, _ file: String, _ snapshot: SourceSnapshot,
        _ settings: DataTemplateSettings, isLookedAt: Bool
    ) async throws -> RunPlan.Table {
        var estimate = FileEstimate(rows: table.rowsEstimated)
        var firstRows: [[String?]] = []
        if isLookedAt {
            firstRows = try await snapshot.firstRows(
                of: table, count: Self.firstRowsMax, charactersMax: Self.charactersMax)
            estimate = try await FileEstimate(of: table, snapshot, settings)
        }
        return RunPlan.Table(
            schema: table.name.schema, name: table.name.name, file: settings.numbered(file, 1),
            filesEstimated: estimate.files(settings.split), rowsEstimated: estimate.rows,
            bytesEstimated: estimate.bytes, columns: table.columns.map(\.name),
            firstRows: firstRows,
            warning: ValueWarnings.message(estimate.hazards, of: table.name))
    }
}
