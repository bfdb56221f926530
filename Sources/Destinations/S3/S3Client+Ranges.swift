internal import NIOCore
internal import NIOHTTP1

/// A part of an object's bytes.
struct S3Range: Sendable {
    var bytes: [UInt8]
    /// Identifies this version of the object.
    var entityTag: String
    /// The length of the object.
    var objectBytes: Int64
}

// Objects of any length, a part at a time. Each part is a request, and is retried separately.
extension S3Client {
    /// - Parameter bytesMax: How many bytes to get; fewer at the end of the object.
    /// - Returns: Nil if there is no object.
    func get(_ key: String, from start: Int64, bytesMax: Int) async throws -> S3Range? {
        var request = S3Request(operation: "GetObject", method: .GET, key: key)
        request.headers = [("range", "bytes=\(start)-\(start + Int64(bytesMax) - 1)")]
        // An error has a body, too.
        request.answerBytesMax = max(bytesMax, 1 << 20)
        request.patience = Self.patience(bytes: bytesMax)
        do {
            let response = try await send(request)
            let tag = response.headers.first(name: "etag") ?? ""
            let count = Int64(response.body.count)
            // Do not check the status: rclone answers 200 with a part, too.
            guard let range = response.headers.first(name: "content-range") else {
                // A service may return a whole short object.
                guard start == 0, response.status == 200 else { throw nonsense(request) }
                return S3Range(bytes: response.body, entityTag: tag, objectBytes: count)
            }
            guard let whole = Self.objectBytes(range),
                count == min(Int64(bytesMax), whole - start)
            else { throw nonsense(request) }
            return S3Range(bytes: response.body, entityTag: tag, objectBytes: whole)
        } catch let failure as S3Failure where failure.isMissing {
            return nil
        } catch let failure as S3Failure where failure.status == 416 && start == 0 {
            // An empty object has no first byte.
            guard let object = try await head(key) else { return nil }
            guard object.bytes == 0 else { throw failure }
            return S3Range(bytes: [], entityTag: object.entityTag, objectBytes: 0)
        }
    }

    /// - Parameter text: Such as `bytes 0-99/1234`.
    private static func objectBytes(_ text: String?) -> Int64? {
        text?.split(separator: "/").last.flatMap { Int64($0) }
    }
}
