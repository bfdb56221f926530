import Failpoints
import Foundation
import Locks
import Manifests
import NIOCore
import TestSupport
import Testing
import Waiting

@testable import Destinations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("An S3 destination", .timeLimit(.minutes(15)))
struct S3DestinationTests {
    let place: S3UnderTest
    let sample: SamplePublication

    init() throws {
        place = try S3UnderTest()
        sample = try SamplePublication()
    }

    private func put(_ key: String, _ text: String) async throws {
        try await place.eyes.put("out/crm/" + key, ByteBuffer(string: text))
    }

    private func publish() async throws { try await place.connect().publish(sample.publication) }

    private var taken: DestinationError {
        .alreadyPublished(
            destination: "crm", folder: SamplePublication.folder,
            existing: "files without a manifest", publishing: sample.publication.manifestHash)
    }

    @Test func `does not add to a folder of someone else`() async throws {
        try await sample.stage(at: place.connect())
        try await put(SamplePublication.folder + "/notes.txt", "mine")

        await #expect(throws: taken) { try await publish() }

        #expect(try place.visible().count == 1)
    }

    @Test func `does not replace a file of another delivery`() async throws {
        try await sample.stage(at: place.connect())
        try await put(SamplePublication.folder + "/b.csv", "other")

        await #expect(throws: taken) { try await publish() }

        #expect(try place.visible() == [SamplePublication.folder + "/b.csv": Array("other".utf8)])
    }

    @Test func `continues when a file is in place and its staging gone`() async throws {
        try await sample.stage(at: place.connect())
        struct Stopped: Error {}
        let first = place.connect { if $0 == "publish.before_manifest" { throw Stopped() } }
        await #expect(throws: Stopped.self) { try await first.publish(sample.publication) }
        #expect(try place.visible().count == 3)
        try await place.connect().discard(run: 42, exceptTokens: [])

        try await publish()

        #expect(try place.visible() == sample.visible)
    }

    @Test func `refuses a staged file with the right size and other content`() async throws {
        try await sample.stage(at: place.connect())
        let writer = try await place.connect().stage(
            StagedDelivery(run: 42, token: 1), file: "a.csv")
        try writer.write(Array("wrong".utf8))
        _ = try writer.finish()

        let error = await #expect(throws: DestinationError.self) { try await publish() }

        #expect(error?.code == "checksum_mismatch")
        #expect(try place.visible().isEmpty)
    }

    @Test func `does not replace the manifest of who was faster`() async throws {
        let other = try SamplePublication(note: "!").publication.manifest
        try await sample.stage(at: place.connect())
        let key = "out/crm/\(SamplePublication.folder)/manifest.json"
        let slow = place.connect { [eyes = place.eyes] name in
            guard name == "publish.before_manifest" else { return }
            try WaitingThreads.wait { try await eyes.put(key, ByteBuffer(bytes: other)) }
        }

        let error = await #expect(throws: DestinationError.self) {
            try await slow.publish(sample.publication)
        }

        #expect(error?.code == "already_published")
        #expect(try await place.eyes.get(key, bytesMax: 1 << 20) == other)
    }

    @Test func `keeps any name, and is fine without a prefix`() async throws {
        let sample = try SamplePublication(tokens: ["größe & <100%> + a=b 'x' 🚢.csv": 1])
        let place = try S3UnderTest(prefix: "")
        let destination = S3Destination(
            client: try place.client(settings: ["prefix": ""])
        ) { _ in }

        try await sample.stage(at: destination)
        try await destination.publish(sample.publication)
        #expect(try place.visible() == sample.visible)

        try await destination.discard(run: 42, exceptTokens: [])
        #expect(try place.staged().isEmpty)
    }

    @Test func `discards more files than one request deletes`() async throws {
        let client = try place.client()
        _ = try await (0..<1001).concurrently(atMost: 16) { number in
            try await client.put("out/crm/.staging/1/1/\(number)", ByteBuffer(string: "x"))
        }

        try await place.connect().discard(run: 1, exceptTokens: [])

        #expect(try place.staged().isEmpty)
    }

    @Test func `asks for the encryption that is set`() async throws {
        let heads = Locked<[String]>([])
        let way = try FaultyWay(to: place.server.port) { request in
            if request.line.hasPrefix("PUT") { heads.withLock { $0.append(request.head) } }
            return .passed
        }
        let client = try place.client(
            port: way.port, settings: ["server_side_encryption": "aws:kms", "kms_key_id": "k1"])
        let destination = S3Destination(client: client) { _ in }

        try await sample.stage(at: destination)
        try await destination.publish(sample.publication)

        // Three files staged, three copied, the manifest, the success file and latest.json.
        #expect(heads.withLock { $0.count } == 9)
        #expect(
            heads.withLock { heads in
                heads.allSatisfy {
                    $0.contains("x-amz-server-side-encryption: aws:kms\r\n")
                        && $0.contains("x-amz-server-side-encryption-aws-kms-key-id: k1\r\n")
                }
            })
    }

    /// A real process, really killed; what it leaves is resumed here.
    @Test(arguments: [
        "publish.first_file_moved", "publish.before_manifest", "publish.after_manifest",
        "publish.before_success_file", "publish.before_latest", "publish.after_latest",
    ])
    func `is resumed after the process was killed`(failpoint: String) async throws {
        try await sample.stage(at: place.connect())

        await #expect(processExitsWith: .signal(SIGKILL)) {
            [
                bucket = place.bucket as String, port = place.server.port as Int,
                failpoint = failpoint as String
            ] in
            setenv("FERRY_FAILPOINT", failpoint, 1)
            let client = try S3Client.at(port, bucket: bucket, settings: ["prefix": "out/crm"])
            let publication = try SamplePublication().publication
            try await S3Destination(client: client) { _ in }.publish(publication)
        }

        let seen = try place.visible()
        #expect(place.isNothing(seen, or: sample.visible))
        let names = Set(seen.keys.map(lastPart))
        let isRevealed = !["publish.first_file_moved", "publish.before_manifest"]
            .contains(failpoint)
        #expect(names.contains("manifest.json") == isRevealed)
        #expect(names.contains(".DONE") == failpoint.hasSuffix("_latest"))
        #expect((seen == sample.visible) == (failpoint == "publish.after_latest"))
        try await publish()
        #expect(try place.visible() == sample.visible)
    }
}
