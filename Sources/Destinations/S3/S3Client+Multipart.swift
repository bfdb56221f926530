internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// A multipart upload.
struct S3Upload: Sendable, Hashable {
    var key: String
    var id: String
}

/// An uploaded part.
struct S3Part: Sendable {
    var number: Int
    var entityTag: String
}

// Objects of several parts.
extension S3Client {
    func createUpload(
        _ key: String, headers: [(String, String)] = []
    ) async throws -> S3Upload {
        var request = S3Request(
            operation: "CreateMultipartUpload", method: .POST, key: key, query: [("uploads", "")],
            headers: headers + encryptionHeaders)
        request.mayFailWithin200 = true
        guard let id = S3XML(try await send(request).body)?.text("UploadId") else {
            throw nonsense(request)
        }
        return S3Upload(key: key, id: id)
    }

    func put(part number: Int, _ body: ByteBuffer, to upload: S3Upload) async throws -> S3Part {
        var request = S3Request(
            operation: "UploadPart", method: .PUT, key: upload.key,
            query: [("partNumber", "\(number)"), ("uploadId", upload.id)],
            headers: [("content-md5", body.contentMD5)], body: body)
        request.patience = Self.patience(bytes: body.readableBytes)
        guard let tag = try await send(request).headers.first(name: "etag") else {
            throw nonsense(request)
        }
        return S3Part(number: number, entityTag: tag)
    }

    /// - Parameter bytes: How long the object must be; if the answer gets lost, the object itself
    ///   shows whether the upload was completed.
    func complete(_ upload: S3Upload, _ parts: [S3Part], bytes: Int64) async throws {
        let entries = parts.sorted { $0.number < $1.number }.map {
            "<Part><PartNumber>\($0.number)</PartNumber>"
                + "<ETag>\(S3XML.escaped($0.entityTag))</ETag></Part>"
        }
        let body = ByteBuffer(
            string: "<CompleteMultipartUpload "
                + "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(entries.joined())"
                + "</CompleteMultipartUpload>")
        var request = S3Request(
            operation: "CompleteMultipartUpload", method: .POST, key: upload.key,
            query: [("uploadId", upload.id)], body: body)
        request.mayFailWithin200 = true
        (request.patience, request.isWorkedOn) = (copyPatience, true)
        do {
            _ = try await send(request)
        } catch let failure as S3Failure
            where failure.code == "NoSuchUpload" && failure.isRepetition
        {
            guard try await head(upload.key)?.bytes == bytes else { throw failure }
        }
    }

    /// Does nothing if it has already ended.
    func abort(_ upload: S3Upload) async throws {
        do {
            let request = S3Request(
                operation: "AbortMultipartUpload", method: .DELETE, key: upload.key,
                query: [("uploadId", upload.id)])
            _ = try await send(request)
        } catch let failure as S3Failure where failure.isMissing {}
    }

    /// The uploads that have not ended, of keys that begin with this. Empty if the service does not
    /// list them: it must expire them itself.
    func uploads(under prefix: String) async throws -> [S3Upload] {
        var uploads: [S3Upload] = []
        var marker: [(String, String)]? = []
        while let start = marker {
            var request = S3Request(operation: "ListMultipartUploads", method: .GET)
            request.query = [("uploads", ""), ("prefix", prefix)] + start
            request.mayFailWithin200 = true
            let page: S3XML?
            do {
                page = S3XML(try await send(request).body)
            } catch let failure as S3Failure
                where failure.mayBeUnsupported || failure.code == "NoSuchUpload"
            {
                // Or there are none: some services return an error then.
                return uploads
            }
            uploads +=
                page?.all("Upload").compactMap { entry in
                    guard let key = entry.text("Key"), let id = entry.text("UploadId"),
                        key.hasPrefix(prefix)
                    else { return nil }
                    return S3Upload(key: key, id: id)
                } ?? []
            marker = nil
            if page?.text("IsTruncated") == "true", let key = page?.text("NextKeyMarker") {
                marker = [
                    ("key-marker", key),
                    ("upload-id-marker", page?.text("NextUploadIdMarker") ?? ""),
                ]
            }
        }
        return uploads
    }

    func nonsense(_ request: S3Request) -> S3Failure {
        S3Failure(
            operation: request.operation, path: path(request.key), status: 500, code: "",
            message: "the answer is not one of S3")
    }
}

extension Collection where Self: Sendable, Element: Sendable {
    /// Processes a few elements concurrently; returns the results in order.
    func concurrently<Result: Sendable>(
        atMost width: Int, _ work: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var results: [(Int, Result)] = []
            for (index, element) in enumerated() {
                if index >= width, let result = try await group.next() { results.append(result) }
                group.addTask { (index, try await work(element)) }
            }
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
