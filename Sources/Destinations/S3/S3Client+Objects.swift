internal import Formats
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// The metadata of an object.
struct S3Object: Sendable, Equatable {
    var bytes: Int64
    var entityTag: String
    /// The SHA-256 that Ferry stored in the metadata, in lowercase hexadecimal digits.
    var sha256: String?

    static let sha256Header = "x-amz-meta-ferry-sha256"
}

// Single objects.
extension S3Client {
    /// - Returns: Nil where there is none.
    func head(_ key: String) async throws -> S3Object? {
        do {
            let request = S3Request(operation: "HeadObject", method: .HEAD, key: key)
            let headers = try await send(request).headers
            guard let bytes = headers.first(name: "content-length").flatMap({ Int64($0) }) else {
                throw S3Failure(
                    operation: "HeadObject", path: path(key), status: 500, code: "",
                    message: "the answer has no length")
            }
            return S3Object(
                bytes: bytes, entityTag: headers.first(name: "etag") ?? "",
                sha256: headers.first(name: S3Object.sha256Header))
        } catch let failure as S3Failure where failure.isMissing {
            return nil
        }
    }

    /// - Returns: Nil where there is none.
    func get(_ key: String, bytesMax: Int) async throws -> [UInt8]? {
        try await getTagged(key, bytesMax: bytesMax)?.bytes
    }

    /// - Returns: The object and its entity tag; nil if there is none.
    func getTagged(
        _ key: String, bytesMax: Int
    ) async throws -> (bytes: [UInt8], entityTag: String)? {
        var request = S3Request(operation: "GetObject", method: .GET, key: key)
        request.answerBytesMax = max(bytesMax, 1 << 20)
        do {
            let response = try await send(request)
            return (response.body, response.headers.first(name: "etag") ?? "")
        } catch let failure as S3Failure where failure.isMissing {
            return nil
        }
    }

    /// - Parameters:
    ///   - headers: Additional headers.
    ///   - condition: A conditional header.
    func put(
        _ key: String, _ body: ByteBuffer, headers: [(String, String)] = [],
        condition: (String, String)? = nil
    ) async throws {
        var request = S3Request(operation: "PutObject", method: .PUT, key: key, body: body)
        if let condition { request.operation += " with \(condition.0)" }
        request.headers =
            headers + (condition.map { [($0.0.lowercased(), $0.1)] } ?? []) + encryptionHeaders
            + [("content-md5", body.contentMD5)]
        request.patience = Self.patience(bytes: body.readableBytes)
        _ = try await send(request)
    }

    /// Puts an object if there is none with that key. For services without conditional requests,
    /// checks first and puts it without a condition.
    ///
    /// - Parameter isThere: Whether an existing object is the one to put: called if conditions are
    ///   not supported.
    /// - Throws: ``S3Failure`` with the status 412 if there is one.
    func putUnlessThere(
        _ key: String, _ body: ByteBuffer, headers: [(String, String)],
        isThere: () async throws -> Bool = { false }
    ) async throws {
        do {
            try await put(key, body, headers: headers, condition: ("If-None-Match", "*"))
        } catch let failure as S3Failure where failure.mayBeUnsupported {
            if try await isThere() { return }
            try await put(key, body, headers: headers)
        }
    }

    /// Does nothing if there is none.
    func delete(_ key: String) async throws {
        do {
            let request = S3Request(operation: "DeleteObject", method: .DELETE, key: key)
            _ = try await send(request)
        } catch let failure as S3Failure where failure.isMissing {}
    }

    /// Deletes a thousand per request, or one by one if the service does not support that.
    func delete(_ keys: [String]) async throws {
        for start in stride(from: 0, to: keys.count, by: 1000) {
            let batch = keys[start..<min(start + 1000, keys.count)]
            let objects = batch.map { "<Object><Key>\(S3XML.escaped($0))</Key></Object>" }
            let body = ByteBuffer(
                string: "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                    + "<Quiet>true</Quiet>\(objects.joined())</Delete>")
            var request = S3Request(
                operation: "DeleteObjects", method: .POST, query: [("delete", "")],
                headers: [("content-md5", body.contentMD5)], body: body)
            request.mayFailWithin200 = true
            do {
                let answer = S3XML(try await send(request).body)
                if let error = answer?.all("Error").first(where: { $0.text("Code") != "NoSuchKey" })
                {
                    throw S3Failure(
                        operation: "DeleteObjects", path: path(error.text("Key")), status: 403,
                        code: error.text("Code") ?? "", message: error.text("Message") ?? "")
                }
            } catch let failure as S3Failure where failure.mayBeUnsupported {
                _ = try await batch.concurrently(atMost: 8) { try await delete($0) }
            }
        }
    }

    var encryptionHeaders: [(String, String)] {
        let header = "x-amz-server-side-encryption"
        switch settings.encryption {
        case nil: return []
        case .aes256: return [(header, "AES256")]
        case .kms(let keyID):
            return [(header, "aws:kms")] + (keyID.map { [(header + "-aws-kms-key-id", $0)] } ?? [])
        }
    }

    /// Long enough for a slow connection of 50 kB per second.
    static func patience(bytes: Int) -> TimeAmount { .seconds(60 + Int64(bytes / 50_000)) }
}

// Lists.
extension S3Client {
    /// All keys that begin with this.
    func keys(under prefix: String) async throws -> [String] {
        var keys: [String] = []
        try await list(prefix, delimiter: nil) { page in
            keys += page.all("Contents").compactMap { $0.text("Key") }
        }
        return keys
    }

    /// The names after the prefix up to the next `/`, which is omitted.
    func folders(under prefix: String) async throws -> [String] {
        var names: [String] = []
        try await list(prefix, delimiter: "/") { page in
            names += page.all("CommonPrefixes").compactMap { entry in
                entry.text("Prefix").map { String($0.dropFirst(prefix.count).dropLast()) }
            }
        }
        return names
    }

    /// The names of the objects and folders that are directly below the prefix.
    func names(in prefix: String) async throws -> (files: [String], folders: [String]) {
        var names: (files: [String], folders: [String]) = ([], [])
        // Keys may contain characters that are not allowed in XML.
        try await list(prefix, delimiter: "/", isEncoded: true) { page in
            func name(_ text: String) -> String {
                let key = page.text("EncodingType") == "url" ? text.formDecoded : text
                return String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
            }
            // The object of the folder itself, which some tools create, has no name.
            names.files += page.all("Contents").compactMap { $0.text("Key").map(name) }
                .filter { !$0.isEmpty }
            names.folders += page.all("CommonPrefixes").compactMap { entry in
                entry.text("Prefix").map { String(name($0).dropLast()) }
            }
        }
        return names
    }

    private func list(
        _ prefix: String, delimiter: String?, isEncoded: Bool = false, _ take: (S3XML) -> Void
    ) async throws {
        var continuation: String?
        repeat {
            var request = S3Request(operation: "ListBucket", method: .GET)
            request.query = [("list-type", "2"), ("prefix", prefix)]
            if let delimiter { request.query.append(("delimiter", delimiter)) }
            if isEncoded { request.query.append(("encoding-type", "url")) }
            if let continuation { request.query.append(("continuation-token", continuation)) }
            request.mayFailWithin200 = true
            guard let page = S3XML(try await send(request).body) else { throw nonsense(request) }
            take(page)
            guard page.text("IsTruncated") == "true" else { return }
            continuation = page.text("NextContinuationToken")
        } while continuation != nil
        // Objects that are not listed would count as missing.
        throw nonsense(S3Request(operation: "ListBucket", method: .GET))
    }
}

extension String {
    /// Decoded from the form in which URLs have keys: `%2F` for a byte, and `+` for a space.
    var formDecoded: String {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2,
                digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
