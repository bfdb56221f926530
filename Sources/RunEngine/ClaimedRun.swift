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
        case intent = "manifest"
    }
}
