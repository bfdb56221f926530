import Foundation
import TestSupport
import Testing

@testable import Destinations

@Suite("An S3 service below a path", .timeLimit(.minutes(15)))
struct S3PathTests {
    let place: S3UnderTest

    init() throws { place = try S3UnderTest() }

    /// A server that has the service below a path, and knows nothing else.
    private func way(_ path: String) throws -> FaultyWay {
        try FaultyWay(to: place.server.port) { request in
            guard request.line.contains(" \(path)/") else { return .answered(404) }
            return .rewritten(head: request.head.replacing(" \(path)/", with: " /"))
        }
    }

    @Test func `gets deliveries there`() async throws {
        let way = try way("/storage/v1/s3")
        let client = try place.client(settings: [
            "endpoint": "http://127.0.0.1:\(way.port)/storage/v1/s3/"
        ])
        let destination = S3Destination(client: client) { _ in }
        let sample = try SamplePublication()

        try await destination.test()
        try await sample.stage(at: destination)
        try await destination.rehearse(sample.publication)
        try await destination.publish(sample.publication)
        try await destination.discard(run: 42, exceptTokens: [])

        #expect(try place.visible() == sample.visible)
        #expect(try place.staged().isEmpty)
    }

    @Test func `is signed for with the path that it is asked by`() async throws {
        let way = try way("/s3")
        let endpoint = "http://127.0.0.1:\(way.port)/s3"
        let client = try place.client(settings: ["endpoint": endpoint])

        _ = try await client.head("größe & <1>.csv")

        let head = try #require(way.seen.first?.head)
        let line = try #require(way.requests.first)
        var headers: [String: String] = [:]
        for line in head.split(separator: "\r\n").dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
                .trimmingCharacters(in: .whitespaces)
        }
        let names = ["host", "x-amz-content-sha256", "x-amz-date"]
        let signature = S3Signature(
            credentials: S3Credentials(accessKeyID: "testing", secretAccessKey: "testing"),
            region: "us-east-1"
        ).authorization(
            S3Signature.Subject(
                method: "HEAD", path: String(line.dropFirst("HEAD ".count)),
                headers: names.map { ($0, headers[$0] ?? "") },
                payloadHash: headers["x-amz-content-sha256"] ?? ""),
            timestamp: headers["x-amz-date"] ?? "")
        #expect(line.hasPrefix("HEAD /s3/\(place.bucket)/gr%C3%B6%C3%9Fe%20%26%20%3C1%3E.csv"))
        #expect(headers["authorization"] == signature)
    }
}
