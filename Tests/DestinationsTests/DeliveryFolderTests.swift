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

/// What was read of a file; nil for none.
private func contents(_ name: String, of folder: any DeliveryFolder) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    do {
        try folder.read(name) { bytes += $0 }
    } catch DeliveryReadingError.missing {
        return nil
    }
    return bytes
}

@Suite("A folder of a bucket that deliveries are read in", .timeLimit(.minutes(15)))
struct S3DeliveryFolderTests {
    private func folder(_ place: S3UnderTest, _ client: S3Client? = nil) -> S3DeliveryFolder {
        S3DeliveryFolder(client: client ?? place.eyes, prefix: "run-7/", rangeBytes: 5)
    }

    @Test(arguments: [S3Server.Kind.moto, .rclone], [0, 1, 5, 6, 15])
    func `gives files of any length`(_ kind: S3Server.Kind, _ count: Int) async throws {
        let place = try S3UnderTest(server: kind)
        let bytes = (0..<count).map { UInt8($0) }
        try await place.eyes.put("run-7/a b+%20.csv", ByteBuffer(bytes: bytes))

        let folder = folder(place)

        #expect(try contents("a b+%20.csv", of: folder) == bytes)
        #expect(try contents("c.csv", of: folder) == nil)
        #expect(folder.path(of: "c.csv") == "s3://\(place.bucket)/run-7/c.csv")
    }

    @Test func `lists files and folders of any name and number`() async throws {
        let place = try S3UnderTest()
        var names = ["a b+%20\u{1}.csv", "é", "e\u{301}", "x", "y/z", "x/y"]
        names += (0..<1200).map { "part \($0)" }
        let eyes = place.eyes
        _ = try await (names + [""]).concurrently(atMost: 8) {
            try await eyes.put("run-7/" + $0, ByteBuffer(string: "1"))
        }
        try await eyes.put("run-77", ByteBuffer(string: "1"))

        let listed = try folder(place).names()

        let wanted = names.map { ["y/z": "y", "x/y": "x/"][$0] ?? $0 }
        #expect(listed.map { Array($0.utf8) }.count == wanted.count)
        #expect(Set(listed.map { Array($0.utf8) }) == Set(wanted.map { Array($0.utf8) }))
        #expect(try folder(place).folder("y").names() == ["z"])
        #expect(try folder(place).folder("none").names() == [])
    }

    @Test func `notices that a file is replaced while it is read`() async throws {
        let place = try S3UnderTest()
        try await place.eyes.put("run-7/a", ByteBuffer(string: "0123456789abcdef"))
        let eyes = place.eyes
        var chunks = 0

        let error = #expect(throws: DeliveryReadingError.self) {
            try folder(place).read("a") { _ in
                chunks += 1
                try WaitingThreads.wait {
                    try await eyes.put("run-7/a", ByteBuffer(string: "0123456789ABCDEF"))
                }
            }
        }

        #expect(chunks <= 2)
        guard case .failed(let reason, _) = error else { throw error ?? .missing }
        #expect(reason == "it was replaced or deleted while it was read")
    }

    @Test func `continues where a request fails`() async throws {
        let place = try S3UnderTest()
        let bytes = (0..<200).map { UInt8($0) }
        try await place.eyes.put("run-7/a", ByteBuffer(bytes: bytes))
        let requests = Locked(0)
        let way = try FaultyWay(to: place.server.port) { _ in
            let number = requests.withLock { count in
                count += 1
                return count
            }
            return number % 3 == 2 ? .cutAfterAnswerBytes(20) : .passed
        }

        let folder = folder(place, try place.client(port: way.port))

        #expect(try contents("a", of: folder) == bytes)
    }
}

@Suite("A folder of a server that deliveries are read in", .timeLimit(.minutes(15)))
struct SFTPDeliveryFolderTests {
    private func folder(_ place: SFTPUnderTest) throws -> any DeliveryFolder {
        let session = try SFTPSession(
            destination: "crm", settings: place.settings, credentials: place.credentials,
            timeouts: SFTPTimeouts())
        return SFTPDeliveryFolder(
            tree: SFTPFileTree(session: session), folder: place.settings.path)
    }

    @Test(arguments: SFTPServer.Kind.allCases.filter(\.isInstalled))
    func `gives files of any length`(_ kind: SFTPServer.Kind) throws {
        let place = try SFTPUnderTest(server: .ofKind(kind))
        let files = [0, 1, 256 << 10, 256 << 10 + 1, 3 << 20].map { count in
            ("\(count) b+%20.csv", (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        }
        for (name, bytes) in files {
            try Data(bytes).write(to: URL(filePath: place.root + "/" + name))
        }

        let folder = try folder(place)

        for (name, bytes) in files { #expect(try contents(name, of: folder) == bytes) }
        #expect(try contents("none", of: folder) == nil)
        #expect(try Set(folder.names()).isSuperset(of: files.map(\.0)))
        #expect(try folder.folder("none").names() == [])
    }

    @Test func `follows no link, and waits for no pipe`() throws {
        let place = try SFTPUnderTest()
        try Data([1]).write(to: URL(filePath: place.root + "/file"))
        symlink(place.root + "/file", place.root + "/link")
        mkfifo(place.root + "/pipe", 0o600)
        mkdir(place.root + "/folder", 0o700)
        let folder = try folder(place)

        for name in ["link", "pipe", "folder"] {
            let error = #expect(throws: DeliveryReadingError.self) {
                try folder.read(name) { _ in }
            }
            guard case .notARegularFile = error else { throw error ?? .missing }
        }
    }

    @Test func `distinguishes an unreadable file from an unavailable server`() throws {
        let server = try SFTPServer()
        let place = try SFTPUnderTest(server: server)
        try Data([1]).write(to: URL(filePath: place.root + "/file"))
        let folder = try folder(place)
        #expect(try contents("file", of: folder) == [1])

        try server.cutConnections()

        let error = #expect(throws: DestinationError.self) { try folder.read("file") { _ in } }
        #expect(error?.disposition == .retry)
    }
}
