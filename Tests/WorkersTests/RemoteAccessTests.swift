import Foundation
import Postgres
import TestSupport
import Testing

@Suite("The key to a server", .timeLimit(.minutes(15)))
struct RemoteAccessTests {
    @Test(arguments: RemotePlace.Kind.allCases)
    func `that a worker does not have fails its runs, and they say which and what to do`(
        _ kind: RemotePlace.Kind
    ) async throws {
        try await Scene.with { scene in
            let place = try RemotePlace(kind, in: scene)
            let knowing = try scene.start("knowing", for: place)
            try await scene.configure(at: place)
            knowing.signal(SIGTERM)
            _ = try await knowing.end()
            _ = try scene.start("ignorant")

            let run = try await scene.run()
            try await scene.reaches("failed", run)

            let reported = try await scene.error(of: run)
            #expect(
                reported.hasPrefix("credential_unavailable: run \(run): destination \"lake\""),
                "\(reported)")
            #expect(reported.contains("this worker has no credential \"remote\": give it one"))
            #expect(try place.delivered().visible == [])
        }
    }

    @Test(arguments: RemotePlace.Kind.allCases)
    func `that the server refuses fails tests and runs, and they say what to do`(
        _ kind: RemotePlace.Kind
    ) async throws {
        try await Scene.with { scene in
            let place = try RemotePlace(kind, in: scene, isOwn: true)
            let worker = try scene.start("worker", for: place)
            try await scene.configure(at: place)
            try place.refuse()

            let created = try await scene.outcome(
                of: "create_destination",
                #"{"name": "new", "kind": "\#(kind)", "settings": \#(place.settings)}"#)
            let tested = try await scene.outcome(of: "test_destination", #"{"name": "lake"}"#)
            let run = try await scene.run()
            try await scene.reaches("failed", run)

            for (outcome, name) in [(created, "new"), (tested, "lake")] {
                let reported = try #require(outcome.message)
                #expect(outcome.state == "rejected")
                #expect(outcome.code == "destination_test_failed")
                #expect(
                    reported.contains("\"\(name)\"") && reported.contains(wayOut(of: kind)),
                    "\(reported)")
            }
            let reported = try await scene.error(of: run)
            #expect(
                reported.hasPrefix("destination_access_denied: run \(run): destination \"lake\""),
                "\(reported)")
            #expect(reported.contains(wayOut(of: kind)), "\(reported)")
            #expect(!worker.log.contains("PRIVATE KEY"))
        }
    }

    private func wayOut(of kind: RemotePlace.Kind) -> String {
        switch kind {
        case .s3: "Give the "
        case .sftp: "Correct the user or the secret, or configure the server to accept it"
        }
    }
}
