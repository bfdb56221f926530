import Formats
import Lifecycle

/// A run that this worker is in charge of, as `claim_run` gives it.
public struct ClaimedRun: Decodable, Sendable {
    public let id: Int64
    let environment: String
    let state: RunState
    /// Every later write carries it; it affects nothing once somebody else has claimed the run.
    public let token: Int64
    let attempt: Int
    let inputs: RunInputs
    let dataExportID: Int64
    let dataExportName: String
    let dataExportVersion: Int
    let startedAt: String
    /// Seconds since the run first started, by the database's clock.
    let age: Double
    /// What was decided to be published, once it was.
    let intent: Intent?

    struct Intent: Decodable, Sendable {
        /// The token under which it was decided.
        let token: Int64
        /// The manifest, byte for byte.
        let text: String
    }

    enum CodingKeys: String, CodingKey {
        case id, environment, state, token, attempt, inputs
        case dataExportID = "data_export_id"
        case dataExportName = "data_export_name"
        case dataExportVersion = "data_export_version"
        case startedAt = "started_at"
        case age
        case intent = "manifest"
    }
}

/// A table of a run that this worker reads, as `claim_task` gives it.
public struct ClaimedTask: Decodable, Sendable {
    public let run: Int64
    public let number: Int
    public let token: Int64
    let snapshot: String
    let schema: String
    let table: String
    let file: String
    let source: String
    let columns: [TableColumn]
    let inputs: RunInputs

    enum CodingKeys: String, CodingKey {
        case run = "run_id"
        case number, token
        case snapshot = "snapshot_id"
        case schema, table, file, source, columns, inputs
    }
}

/// How a run stands, as `run_standing` gives it.
struct RunStanding: Decodable, Sendable {
    let state: RunState
    let unfinished: Int
    let failure: Failure?
    let tasks: [FinishedTask]

    struct Failure: Decodable, Sendable {
        let table: String
        let code: String
        let message: String
        let hint: String?
        let transient: Bool
    }

    struct FinishedTask: Decodable, Sendable {
        let number: Int
        let schema: String
        let table: String
        let file: String
        let columns: [TableColumn]
        let token: Int64
        let files: [FileSeries.Staged]
    }
}

/// A task that a run offers to all workers.
struct TaskOffer: Encodable, Sendable {
    let number: Int
    let schema: String
    let table: String
    let part: Int
    let parts: Int
    let file: String
    /// What stands between `COPY` and `TO STDOUT`.
    let source: String
    let columns: [TableColumn]
    let rowsEstimated: Int64

    enum CodingKeys: String, CodingKey {
        case number, schema, table, part, parts, file, source, columns
        case rowsEstimated = "rows_estimated"
    }
}
