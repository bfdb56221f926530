internal import Lifecycle

/// A message that this worker is to deliver, as `claim_alert_deliveries` gives it.
struct ClaimedDelivery: Decodable, Sendable {
    /// Stays the same in every attempt, so that a receiver can drop what it has already.
    let id: String
    /// Every later write carries it; it affects nothing once somebody else has claimed the message.
    let token: Int64
    /// 1 for the first.
    let attempt: Int
    let alert: String
    let settings: AlertSettings
    /// JSON, byte for byte the same in every attempt.
    let payload: String
}
