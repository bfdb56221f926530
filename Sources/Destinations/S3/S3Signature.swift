internal import Crypto
internal import Formats
internal import Foundation

/// AWS Signature Version 4, in S3's form: paths are encoded once.
struct S3Signature {
    let credentials: S3Credentials
    let region: String
    var service = "s3"

    /// The signed parts of a request.
    struct Subject {
        var method: String
        /// Percent-encoded.
        var path: String
        /// Not encoded.
        var query: [(String, String)] = []
        /// All signed headers, including `host` and `x-amz-date`.
        var headers: [(String, String)]
        /// SHA-256 of the body in hexadecimal digits.
        var payloadHash: String
    }

    /// The time in the format of `x-amz-date`.
    static func timestamp(_ time: Date) -> String {
        Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted,
            timeZoneSeparator: .omitted, includingFractionalSeconds: false,
            timeZone: TimeZone(secondsFromGMT: 0) ?? .current
        ).format(time)
    }

    /// The value of the `Authorization` header.
    func authorization(_ subject: Subject, timestamp: String) -> String {
        let (canonical, signedHeaders) = canonicalRequest(subject)
        let day = String(timestamp.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = [
            "AWS4-HMAC-SHA256", timestamp, scope,
            SHA256.hash(data: Data(canonical.utf8)).hexadecimal,
        ].joined(separator: "\n")
        var key = SymmetricKey(data: Data("AWS4\(credentials.secretAccessKey)".utf8))
        for part in [day, region, service, "aws4_request"] {
            key = SymmetricKey(data: Self.code(part, key))
        }
        let signature = Self.code(text, key).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope),"
            + "SignedHeaders=\(signedHeaders),Signature=\(signature)"
    }

    func canonicalRequest(_ subject: Subject) -> (text: String, signedHeaders: String) {
        let query = subject.query
            .map { ($0.uriEncoded(), $1.uriEncoded()) }
            .sorted { $0 < $1 }
            .map { "\($0)=\($1)" }.joined(separator: "&")
        var headers: [String: [String]] = [:]
        for (name, value) in subject.headers {
            let words = value.split(separator: " ", omittingEmptySubsequences: true)
            headers[name.lowercased(), default: []].append(words.joined(separator: " "))
        }
        let names = headers.keys.sorted()
        let signedHeaders = names.joined(separator: ";")
        let lines = names.map { "\($0):\(headers[$0, default: []].joined(separator: ","))\n" }
        let text = [
            subject.method, subject.path, query, lines.joined(), signedHeaders,
            subject.payloadHash,
        ].joined(separator: "\n")
        return (text, signedHeaders)
    }

    private static func code(_ text: String, _ key: SymmetricKey) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
    }
}
