import Foundation
import Testing

@Suite("A test of a destination", .timeLimit(.minutes(15)))
struct DestinationTestTests {
    @Test func `shows whether it works now`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("w")
            try await scene.configure()

            let works = try await scene.outcome(of: "test_destination", #"{"name": "lake"}"#)
            try FileManager.default.removeItem(atPath: scene.destination)
            let gone = try await scene.outcome(of: "test_destination", #"{"name": "lake"}"#)

            #expect(works.state == "applied")
            #expect(gone.state == "rejected")
            #expect(gone.code == "destination_test_failed")
            #expect(gone.message?.contains("destination \"lake\": ") == true)
            #expect(gone.message?.contains(scene.destination) == true)
        }
    }

    @Test func `is part of the doctor's examination when asked for`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("w")
            try await scene.configure()
            func doctor(_ name: String) throws -> WorkerProcess {
                try WorkerProcess(
                    name: name, ["doctor", "--destinations"],
                    environment: ["FERRY_DATABASE_URL": scene.queueURL],
                    log: scene.folder + "/" + name)
            }

            let well = try doctor("well")
            #expect(try await well.end() == .exit(0))
            try FileManager.default.removeItem(atPath: scene.destination)
            let ill = try doctor("ill")
            #expect(try await ill.end() == .exit(1))

            let line = "ok       destination   lake: written, read back and deleted"
            #expect(well.log.split(separator: "\n").contains(Substring(line)))
            #expect(ill.log.contains("problem  destination   lake: the test of destination"))
        }
    }
}
