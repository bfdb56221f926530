import Foundation
import NIOCore
import TestSupport
import Testing
import Waiting

@testable import Destinations

/// What every kind of destination checks before publishing is recorded; see
/// ``DestinationAdapter``.
@Suite("Every destination, before publishing is decided on,", .timeLimit(.minutes(15)))
struct RehearsalConformanceTests {
    private static let export = "Daily customers"

    @Test(arguments: KindUnderTest.allCases)
    func `changes nothing visible to readers, and does not block`(
        kind: KindUnderTest
    ) async throws {
        for isFirst in [true, false] {
            let place = try kind.make()
            if !isFirst {
                let earlier = try SamplePublication(run: 7)
                try await earlier.stage(at: place.connect())
                try await place.connect().publish(earlier.publication)
                try await place.connect().discard(run: 7, exceptTokens: [])
            }
            let sample = try SamplePublication()
            try await sample.stage(at: place.connect())
            let (visible, staged) = (try place.visible(), try place.staged())

            try await place.connect().rehearse(sample.publication)

            #expect(try place.visible() == visible)
            #expect(try place.staged() == staged)
            try await place.connect().publish(sample.publication)
            #expect(try sample.visible.allSatisfy { try place.visible()[$0.key] == $0.value })
        }
    }

    @Test(arguments: KindUnderTest.allCases)
    func `rejects an occupied location, and missing staged files`(kind: KindUnderTest) async throws
    {
        let place = try kind.make()
        let (sample, other) = (try SamplePublication(), try SamplePublication(note: "!"))
        try await other.stage(at: place.connect())
        try await place.connect().publish(other.publication)
        try await sample.stage(at: place.connect())

        let taken = await #expect(throws: DestinationError.self) {
            try await place.connect().rehearse(sample.publication)
        }
        #expect(taken?.code == "already_published")

        let late = try SamplePublication(run: 43)
        let missing = await #expect(throws: DestinationError.self) {
            try await place.connect().rehearse(late.publication)
        }
        #expect(missing?.code == "staged_file_missing")
        #expect(missing?.provesNothingVisible == true)
    }

    @Test(arguments: KindUnderTest.allCases)
    func `shows whether a publication is visible`(kind: KindUnderTest) async throws {
        let place = try kind.make()
        let (sample, other) = (try SamplePublication(), try SamplePublication(note: "!"))
        try await sample.stage(at: place.connect())
        #expect(try await !place.connect().isPublished(sample.publication))

        try await place.connect().publish(sample.publication)

        #expect(try await place.connect().isPublished(sample.publication))
        #expect(try await !place.connect().isPublished(other.publication))
    }

    /// Local folders and those of a server, both to be looked at here.
    private func trees() throws -> [(place: any DestinationUnderTest, root: String)] {
        let (directory, sftp) = (try DirectoryUnderTest(), try SFTPUnderTest())
        return [(directory, directory.root), (sftp, sftp.root)]
    }

    @Test(arguments: ["file", "link"])
    func `refuses something else than a folder for its deliveries`(what: String) async throws {
        for (place, root) in try trees() {
            let sample = try SamplePublication()
            try await sample.stage(at: place.connect())
            let path = root + "/" + Self.export
            if what == "file" {
                try Data().write(to: URL(filePath: path))
            } else {
                try FileManager.default.createSymbolicLink(
                    atPath: path, withDestinationPath: NSTemporaryDirectory())
            }

            let error = await #expect(throws: DestinationError.self) {
                try await place.connect().rehearse(sample.publication)
            }

            #expect(error?.code == "destination_not_allowed")
            #expect(error?.description.contains(path) == true)
        }
    }

    @Test func `refuses a folder in the place of what names the newest delivery`() async throws {
        for (place, root) in try trees() {
            let sample = try SamplePublication()
            try await sample.stage(at: place.connect())
            let path = root + "/" + Self.export + "/latest.json"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)

            let error = await #expect(throws: DestinationError.self) {
                try await place.connect().rehearse(sample.publication)
            }

            #expect(error?.code == "destination_not_allowed")
        }
    }

    @Test func `finds that a server renames no folders`() async throws {
        let server = try SFTPServer("ForceCommand internal-sftp -P rename")
        let place = try SFTPUnderTest(server: server)
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())

        let tested = await #expect(throws: DestinationError.self) {
            try await place.connect().test()
        }
        let rehearsed = await #expect(throws: DestinationError.self) {
            try await place.connect().rehearse(sample.publication)
        }

        #expect(tested?.code == "destination_access_denied")
        #expect(rehearsed?.code == "destination_access_denied")
        #expect(try place.visible().isEmpty)
        #expect(try place.staged().count == 3)
    }

    @Test func `removes the probes of processes that died more than a day ago`() async throws {
        let (old, young) = (".ferry-probe-1000-x", FileTreeProbe.newName())
        for (place, root) in try trees() {
            for name in [old, young] {
                for folder in ["\(root)/\(name)", "\(root)/.staging/\(name)"] {
                    try FileManager.default.createDirectory(
                        atPath: folder, withIntermediateDirectories: true)
                    try Data().write(to: URL(filePath: folder + "/probe"))
                }
            }

            try await place.connect().test()

            #expect(try Set(place.visible().keys) == ["\(young)/probe"])
            #expect(try place.staged() == [".staging/\(young)/probe"])
        }
        let bucket = try S3UnderTest()
        for name in [old, young] {
            for key in [".staging/\(name)-copy", ".staging/\(name)/probe"] {
                try await bucket.eyes.put(bucket.prefix + key, .init(string: "x"))
            }
            _ = try await bucket.eyes.createUpload("\(bucket.prefix).staging/\(name)/probe")
        }
        _ = try await bucket.connect().stagedRuns()
        #expect(
            try bucket.staged() == [".staging/\(young)-copy", ".staging/\(young)/probe"])
        #expect(
            try await bucket.eyes.uploads(under: "").map(\.key)
                == ["\(bucket.prefix).staging/\(young)/probe"])
    }

    @Test func `shows all or nothing of a delivery whose staging is removed meanwhile`()
        async throws
    {
        for (place, _) in try trees() {
            for name in ["publish.move_file", "publish.before_manifest", "publish.before_rename"] {
                let sample = try SamplePublication()
                try await sample.stage(at: place.connect())
                let late = place.connect { step in
                    guard step == name else { return }
                    try WaitingThreads.wait {
                        try await place.connect().discard(run: 42, exceptTokens: [])
                    }
                }

                let error = await #expect(throws: DestinationError.self, "\(name)") {
                    try await late.publish(sample.publication)
                }

                #expect(try place.visible().isEmpty, "\(name): \(error as Any)")
            }
        }
    }

    @Test func `takes a place that it has never written to for another one`() async throws {
        let place = try DirectoryUnderTest()
        let sample = try SamplePublication()

        let error = await #expect(throws: DestinationError.self) {
            try await place.connect().publish(sample.publication)
        }

        #expect(error?.code == "destination_not_found")
        #expect(error?.provesNothingVisible == false)
    }
}
