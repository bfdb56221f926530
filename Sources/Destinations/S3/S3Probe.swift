internal import Foundation
internal import NIOCore

/// Tests the operations of staging and publishing in a bucket, with objects that readers ignore.
///
/// Their keys contain the creation time, so that those of dead processes can be removed later.
struct S3Probe: Sendable {
    let client: S3Client

    /// Puts an object, reads it back, copies it to where deliveries become visible, puts another
    /// there conditionally, starts and aborts a multipart upload, and deletes them all.
    ///
    /// - Parameters:
    ///   - staging: The key prefix of staging.
    ///   - place: The key prefix where deliveries become visible.
    ///   - inParts: Whether to test a multipart copy, because a file is too large for a single
    ///     copy.
    func run(
        in staging: String, showingIn place: String, inParts: Bool = false
    ) async throws {
        let name = FileTreeProbe.newName()
        let keys = [staging + name + "/probe", place + name + "-copy", place + name + "-manifest"]
        do {
            try await write(keys[0])
            guard let object = try await client.head(keys[0]) else { throw vanished(keys[0]) }
            try await copy(keys[0], object, to: keys[1], inParts: inParts)
            try await client.putUnlessThere(keys[2], ByteBuffer(string: "{}"), headers: [])
            try await client.abort(try await client.createUpload(keys[0]))
            _ = try await client.uploads(under: keys[0])
            guard try await client.keys(under: place + name).count >= 2 else {
                throw vanished(keys[1])
            }
        } catch {
            for key in keys { try? await client.delete(key) }
            throw error
        }
        try await client.delete(keys)
    }

    private func copy(
        _ key: String, _ object: S3Object, to target: String, inParts: Bool
    ) async throws {
        var client = client
        if inParts {
            client.copySizes = S3CopySizes(wholeMax: 0, wholeLimit: 0, partMin: object.bytes)
        }
        let note = UUID().uuidString
        try await client.copy(
            key, object, to: target, headers: [(S3Object.sha256Header, note)])
        guard let copied = try await client.head(target) else { throw vanished(target) }
        guard copied.sha256 == note else {
            throw DestinationError.notAllowed(
                destination: client.destination, path: client.path(target),
                rule: "this service does not keep the metadata of objects (x-amz-meta-…) when "
                    + "copying, which Ferry uses to recognize its copies. Choose another service, "
                    + "or another kind of destination")
        }
    }

    private func write(_ key: String) async throws {
        let bytes = Array("Ferry tests this bucket. \(UUID().uuidString)\n".utf8)
        try await client.put(key, ByteBuffer(bytes: bytes))
        let found = try await client.get(key, bytesMax: 1 << 20)
        guard found == bytes else {
            throw DestinationError.checksumMismatch(
                destination: client.destination, file: client.path(key),
                expected: "the bytes that were written",
                actual: found == nil ? "nothing" : "others")
        }
    }

    private func vanished(_ key: String) -> DestinationError {
        .checksumMismatch(
            destination: client.destination, file: client.path(key),
            expected: "the object that was put", actual: "nothing")
    }

    /// Removes leftovers of dead processes under a prefix. Errors are ignored.
    func sweep(_ prefix: String) async {
        let start = prefix + FileTreeProbe.prefix
        func isOld(_ key: String) -> Bool {
            FileTreeProbe.isOld(String(key.dropFirst(prefix.count).prefix { $0 != "/" }))
        }
        for upload in (try? await client.uploads(under: start)) ?? [] where isOld(upload.key) {
            try? await client.abort(upload)
        }
        guard let keys = try? await client.keys(under: start).filter(isOld) else { return }
        if !keys.isEmpty { try? await client.delete(keys) }
    }
}
