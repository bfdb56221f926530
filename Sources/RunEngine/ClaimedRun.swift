import Formats
import Lifecycle

/// A run that this worker coordinates, as returned by `claim_run`.
public struct ClaimedRun: Decodable, Sendable {
    public let id: Int64
    let environment: String
    let state: RunState
    /// Every later write carries it; it has no effect once another worker has claimed the run.
    public let token: Int64
    let attempt: Int
    let inputs: RunInputs
    let dataExportID: Int64
    let dataExportName: String
    let dataExportVersion: Int
    let startedAt: String
    /// The recorded publication, once there is one.
    let intent: Intent?

    struct Intent: Decodable, Sendable {
        /// The token under which it was recorded.
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
