internal import NIOCore
internal import NIOHTTP1
import Waiting

/// Limits of server-side copies.
struct S3CopySizes: Sendable, Equatable {
    /// The largest object that is copied in one request. A service may take a minute for 1 GiB.
    var wholeMax: Int64 = 512 << 20
    /// The largest object that S3 copies in one request: used if the service cannot copy in parts.
    var wholeLimit: Int64 = 5 << 30
    /// Minimum part size of larger copies.
    var partMin: Int64 = 512 << 20

    /// The ranges of bytes that make up an object, all but the last of one size.
    ///
    /// An object has at most 10,000 parts, so those of the largest ones, 5 TiB, are larger.
    func ranges(of bytes: Int64) -> [ClosedRange<Int64>] {
        let size = max(partMin, (bytes + 9999) / 10_000)
        return stride(from: 0, to: bytes, by: Int64.Stride(size)).map { start in
            start...(min(start + size, bytes) - 1)
        }
    }
}

// Copies within the bucket, by the service.
extension S3Client {
    /// - Parameter source: The known object; another one with the same key is not copied.
    func copy(
        _ key: String, _ source: S3Object, to target: String, headers: [(String, String)]
    ) async throws {
        let from = [
            ("x-amz-copy-source", "/\(settings.bucket)/\(key)".uriEncoded(keepingSlashes: true)),
            ("x-amz-copy-source-if-match", source.entityTag),
        ]
        if source.bytes > copySizes.wholeMax {
            do {
                try await copyInParts(from, bytes: source.bytes, to: target, headers: headers)
                return
            } catch let failure as S3Failure
                where failure.mayBeUnsupported && source.bytes <= copySizes.wholeLimit
            {}
        }
        try await copyWhole(from, to: target, headers: headers)
    }

    private func copyWhole(
        _ from: [(String, String)], to target: String, headers: [(String, String)]
    ) async throws {
        var request = S3Request(operation: "CopyObject", method: .PUT, key: target)
        request.headers =
            from + headers + encryptionHeaders + [("x-amz-metadata-directive", "REPLACE")]
        request.mayFailWithin200 = true
        (request.patience, request.isWorkedOn) = (copyPatience, true)
        let checksum = ("content-md5", request.body.contentMD5)
        if await session.wantsChecksums { request.headers.append(checksum) }
        do {
            _ = try await send(request)
        } catch let failure as S3Failure where failure.isBad {
            // A bucket with Object Lock may require the checksum of a body even if there is none.
            guard await !session.wantsChecksums else { throw failure }
            request.headers.append(checksum)
            _ = try await send(request)
            await session.wantChecksums()
        }
    }

    private func copyInParts(
        _ from: [(String, String)], bytes: Int64, to target: String, headers: [(String, String)]
    ) async throws {
        let upload = try await createUpload(target, headers: headers)
        do {
            let ranges = copySizes.ranges(of: bytes)
            let parts = try await ranges.indices.concurrently(atMost: 4) { index in
                try await copy(part: index + 1, ranges[index], from, to: upload)
            }
            try await complete(upload, parts, bytes: bytes)
        } catch {
            // A separate task: a child of a cancelled one would be cancelled, too.
            let ending = Task(executorPreference: WaitingThreads.executor) {
                try? await abort(upload)
            }
            if !Task.isCancelled { await ending.value }
            throw error
        }
    }

    private func copy(
        part number: Int, _ range: ClosedRange<Int64>, _ from: [(String, String)],
        to upload: S3Upload
    ) async throws -> S3Part {
        var request = S3Request(
            operation: "UploadPartCopy", method: .PUT, key: upload.key,
            query: [("partNumber", "\(number)"), ("uploadId", upload.id)])
        request.headers =
            from
            + [("x-amz-copy-source-range", "bytes=\(range.lowerBound)-\(range.upperBound)")]
        request.mayFailWithin200 = true
        (request.patience, request.isWorkedOn) = (copyPatience, true)
        guard let tag = S3XML(try await send(request).body)?.text("ETag") else {
            throw nonsense(request)
        }
        return S3Part(number: number, entityTag: tag)
    }
}
