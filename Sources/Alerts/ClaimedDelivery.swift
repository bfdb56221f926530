internal import Lifecycle

/// A message for this worker to deliver, as returned by `claim_alert_deliveries`.
struct ClaimedDelivery: Decodable, Sendable {
    /// Stays the same in every attempt, so that a receiver can ignore repetitions.
    let id: String
    /// Every later write carries it; it has no effect once another worker has claimed the message.
    let token: Int64
    /// 1 for the first.
    let attempt: Int
    let alert: String
    let settings: AlertSettings
    /// JSON, byte for byte the same in every attempt.
    let payload: String
}
