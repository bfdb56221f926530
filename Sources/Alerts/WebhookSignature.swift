internal import Crypto
internal import Foundation

/// The key that signs messages, as in Standard Webhooks (https://www.standardwebhooks.com):
/// `whsec_` and the base64 of 24 to 64 bytes.
struct WebhookKey: Sendable {
    private let key: SymmetricKey

    /// Nil for a secret of any other form.
    init?(_ secret: String) {
        let prefix = "whsec_"
        guard secret.hasPrefix(prefix),
            let bytes = Data(base64Encoded: String(secret.dropFirst(prefix.count))),
            (24...64).contains(bytes.count)
        else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// The header `webhook-signature`.
    ///
    /// - Parameter timestamp: Seconds since 1970.
    func signature(of body: String, id: String, timestamp: Int) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(id).\(timestamp).\(body)".utf8), using: key)
        return "v1," + Data(code).base64EncodedString()
    }
}
