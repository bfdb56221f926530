import Formats
import Foundation
import Manifests
import Testing

@testable import Destinations

@Suite("A directory destination", .timeLimit(.minutes(15)))
struct DirectoryDestinationTests {
    let place: DirectoryUnderTest

    init() throws { place = try DirectoryUnderTest() }

    private func destination(
        _ path: String, allowing roots: [String]
    ) -> DirectoryDestination {
        DirectoryDestination(name: "crm", settings: .at(path), allowedRoots: roots)
    }

    private func folder(_ name: String) throws -> String {
        let path = place.root + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func `may lie in an allowed directory, or be it`() async throws {
        let inner = try folder("exports/crm")

        try await destination(inner, allowing: ["/nowhere", place.root + "/exports"]).test()
        try await destination(inner, allowing: [inner + "/"]).test()
        try await destination(inner, allowing: ["/"]).test()
    }

    @Test func `takes nothing but a number for a run in its staging`() async throws {
        for name in ["12", "notes", "012", "-", "1 2"] { _ = try folder(".staging/" + name) }

        #expect(try await place.connect().stagedRuns() == [12])
    }

    @Test func `is refused outside them, with the way out`() async throws {
        let inner = try folder("exports-secret")

        let error = await #expect(throws: DestinationError.self) {
            try await destination(inner, allowing: [place.root + "/exports"]).test()
        }

        #expect(error?.disposition == .discard)
        #expect(
            error?.description
                == "destination \"crm\": \"\(inner)\" is not allowed: it is not in a directory "
                + "that the worker allows (\(place.root)/exports). Start the worker with "
                + "--allow-directory, or choose another path")
        await #expect(throws: DestinationError.self) {
            try await destination(inner, allowing: []).test()
        }
    }

    @Test func `cannot leave them by a symbolic link`() async throws {
        let (allowed, outside) = (try folder("exports"), try folder("outside"))
        try FileManager.default.createSymbolicLink(
            atPath: allowed + "/link", withDestinationPath: outside)

        let error = await #expect(throws: DestinationError.self) {
            try await destination(allowed + "/link", allowing: [allowed]).test()
        }

        #expect(error?.code == "destination_not_allowed")
    }

    @Test func `does not publish through a symbolic link`() async throws {
        let (allowed, outside) = (try folder("exports"), try folder("outside"))
        try FileManager.default.createSymbolicLink(
            atPath: allowed + "/Daily customers", withDestinationPath: outside)
        let sample = try SamplePublication()
        let destination = destination(allowed, allowing: [allowed])
        try await sample.stage(at: destination)

        let error = await #expect(throws: DestinationError.self) {
            try await destination.publish(sample.publication)
        }

        #expect(error?.code == "destination_not_allowed")
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside).isEmpty)
    }

    @Test func `must exist and be a directory`() async throws {
        let path = place.root + "/missing"
        let missing = await #expect(throws: DestinationError.self) {
            try await destination(path, allowing: [place.root]).test()
        }
        try Data().write(to: URL(filePath: path))
        let file = await #expect(throws: DestinationError.self) {
            try await destination(path, allowing: [place.root]).test()
        }

        #expect(missing == .notFound(destination: "crm", path: path))
        #expect(file == missing)
        #expect(
            missing?.description
                == "destination \"crm\": \"\(path)\" does not exist or is not a directory. "
                + "Create it, or correct the destination's path")
    }

    @Test func `does not replace a folder of someone else`() async throws {
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())
        let taken = try folder(SamplePublication.folder)
        try Data().write(to: URL(filePath: taken + "/notes.txt"))

        await #expect(
            throws: DestinationError.alreadyPublished(
                destination: "crm", folder: SamplePublication.folder,
                existing: "files without a manifest",
                publishing: sample.publication.manifestHash)
        ) {
            try await place.connect().publish(sample.publication)
        }
        try FileManager.default.removeItem(atPath: taken + "/notes.txt")
        try await place.connect().publish(sample.publication)  // an empty one is not in the way

        #expect(try place.visible() == sample.visible)
    }

    @Test func `holds deliveries that verify`() async throws {
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())

        try await place.connect().publish(sample.publication)

        let path = place.root + "/" + SamplePublication.folder + "/manifest.json"
        #expect(try verify(manifestAt: path).isComplete)
    }

    @Test func `gives readers of its group access and others none`() async throws {
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())

        try await place.connect().publish(sample.publication)

        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(
                atPath: place.root + "/" + SamplePublication.folder + path)[.posixPermissions]
                as? Int
        }
        let mask = umask(0)
        umask(mask)
        #expect(try mode("") == 0o750 & ~Int(mask))
        #expect(try mode("/a.csv") == 0o640 & ~Int(mask))
        #expect(try mode("/manifest.json") == 0o640 & ~Int(mask))
    }

    @Test(arguments: [
        ("{}", "setting \"path\" is missing: it must be an absolute path"),
        (#"{"path": "exports"}"#, "setting \"path\" must be an absolute path"),
        (#"{"path": "/a/../b"}"#, "setting \"path\" must be an absolute path"),
        (#"{"path": "/a\u0000"}"#, "setting \"path\" must be an absolute path"),
        (#"{"path": 1}"#, "setting \"path\" must be a string, was a number"),
        (
            #"{"path": "/a", "bucket": "b"}"#,
            "a directory destination has no setting \"bucket\"; settings: path"
        ),
    ])
    func `has settings that are checked`(json: String, reported: String) {
        let error = #expect(throws: SettingsError.self) {
            try DestinationKind.directory.makeDestination(
                name: "crm", settings: Data(json.utf8), limits: DestinationLimits())
        }

        #expect(error?.description.hasPrefix(reported) == true, "\(error?.description ?? "")")
    }
}
