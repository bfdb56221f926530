internal import Manifests
internal import NIOCore

/// Writes `latest.json` of a data export in a bucket.
struct S3Latest: Sendable {
    let client: S3Client
    let key: String
    let latest: LatestDelivery

    /// Replaces it if it names an older delivery.
    ///
    /// Conditional on its being unchanged, so that no process undoes another's update. On services
    /// without conditional requests, the last one wins.
    func put() async throws {
        let retriesMax = 20
        for _ in 1...retriesMax {
            let there = try await client.getTagged(key, bytesMax: 1 << 20)
            if let there, LatestDelivery(decoding: there.bytes)?.run ?? -1 >= latest.run { return }
            let condition = there.map { ("If-Match", $0.entityTag) } ?? ("If-None-Match", "*")
            if try await put(condition) { return }
        }
        throw DestinationError.unavailable(
            destination: client.destination, path: client.path(key),
            reason: "other processes keep replacing it")
    }

    /// - Returns: False if it was changed meanwhile.
    private func put(_ condition: (String, String)) async throws -> Bool {
        let body = ByteBuffer(bytes: latest.encoded())
        let type = [("content-type", "application/json")]
        do {
            try await client.put(key, body, headers: type, condition: condition)
        } catch let failure as S3Failure
            where failure.status == 412 || failure.status == 409 || failure.isMissing
        {
            return false
        } catch let failure as S3Failure where failure.mayBeUnsupported {
            try await client.put(key, body, headers: type)
        }
        return true
    }
}
