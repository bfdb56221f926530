internal import Manifests
import Waiting

/// The objects of a bucket below a prefix, to read deliveries.
///
/// Files are read in ranges; while one is processed, the next is fetched. So memory holds two.
struct S3DeliveryFolder: DeliveryFolder {
    let client: S3Client
    /// The prefix of its keys: empty, or a path followed by `/`.
    let prefix: String
    var rangeBytes = 8 << 20

    func path(of name: String) -> String { client.path(prefix + name) }

    func folder(_ name: String) -> any DeliveryFolder {
        S3DeliveryFolder(client: client, prefix: prefix + name + "/", rangeBytes: rangeBytes)
    }

    func names() throws -> [String] {
        let (client, prefix) = (client, prefix)
        let found = try convertingErrors {
            try WaitingThreads.wait { try await client.names(in: prefix) }
        }
        let files = Set(found.files)
        // A folder is not a file, whatever its name.
        return found.files
            + found.folders.map { $0.isEmpty || files.contains($0) ? $0 + "/" : $0 }
    }

    func read(_ name: String, _ chunk: (UnsafeRawBufferPointer) throws -> Void) throws {
        let key = prefix + name
        guard let first = try convertingErrors({ try get(key, from: 0).wait() }) else {
            throw DeliveryReadingError.missing
        }
        var current = first
        var end = Int64(current.bytes.count)
        while end < first.objectBytes {
            let ahead = get(key, from: end)
            do {
                try current.bytes.withUnsafeBytes(chunk)
            } catch {
                ahead.cancel()
                throw error
            }
            guard let next = try convertingErrors({ try ahead.wait() }), !next.bytes.isEmpty,
                next.entityTag == first.entityTag, next.objectBytes == first.objectBytes
            else {
                throw DeliveryReadingError.failed(
                    reason: "it was replaced or deleted while it was read")
            }
            current = next
            end += Int64(current.bytes.count)
        }
        try current.bytes.withUnsafeBytes(chunk)
    }

    private func get(_ key: String, from start: Int64) -> WaitingThreads.Pending<S3Range?> {
        let (client, bytesMax) = (client, rangeBytes)
        return WaitingThreads.begin {
            try await client.get(key, from: start, bytesMax: bytesMax)
        }
    }

    private func convertingErrors<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let failure as S3Failure {
            let error = failure.asDestinationError(of: client.destination)
            // Other files cannot be read with that key either.
            throw failure.refusesKey ? error : error.asReadingError
        }
    }
}
