import Foundation
import Manifests
import TestSupport
import Testing

@Suite("A destination that is edited", .timeLimit(.minutes(15)))
struct EditedDestinationTests {
    @Test func `takes the next run at its new place, if a test of that passes`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)
            let missing = scene.folder + "/missing"
            let new = scene.folder + "/new"
            try FileManager.default.createDirectory(
                atPath: new, withIntermediateDirectories: true)

            let refused = try await scene.outcome(
                of: "edit_destination",
                #"{"name": "lake", "settings": {"path": "\#(missing)"}}"#)
            let first = try await scene.run()
            try await scene.reaches("succeeded", first)
            try await scene.apply(
                "edit_destination", #"{"name": "lake", "settings": {"path": "\#(new)"}}"#)
            let second = try await scene.run()
            try await scene.reaches("succeeded", second)

            #expect(refused.code == "destination_test_failed")
            #expect(refused.message?.contains(missing) == true)
            #expect(try scene.delivered.manifest().run == first)
            #expect(try Delivered(path: new).manifest().run == second)
        }
    }

    @Test func `is refused template settings that its kind does not take`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)

            let refused = try await scene.outcome(
                of: "edit_data_template",
                #"{"destination": "lake", "name": "csv", "settings": {"format": "xml"}}"#)
            try await scene.apply(
                "edit_data_template",
                #"{"destination": "lake", "name": "csv", "settings": {"format": "ndjson"}}"#)
            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            #expect(refused.code == "invalid_settings")
            let names = try scene.delivered.manifest().files.map(\.name)
            #expect(names == ["customers.ndjson"])
        }
    }
}
