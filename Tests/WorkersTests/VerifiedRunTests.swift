import Foundation
import TestSupport
import Testing

@Suite("ferry verify of a run", .timeLimit(.minutes(15)))
struct VerifiedRunTests {
    /// Runs `ferry verify --run` and says how it ended and what it wrote.
    private func verify(
        _ arguments: [String], environment: [String: String], in scene: Scene
    ) async throws -> (end: WorkerProcess.End, log: String) {
        let process = try WorkerProcess(
            name: "verify", ["verify"] + arguments,
            environment: environment.merging(["FERRY_DATABASE_URL": scene.queueURL]) { $1 },
            log: scene.folder + "/verify-\(UUID().uuidString).log")
        return (try await process.end(), process.log)
    }

    @Test(arguments: RemotePlace.Kind.allCases)
    func `finds the server automatically`(_ kind: RemotePlace.Kind) async throws {
        try await Scene.with { scene in
            let place = try RemotePlace(kind, in: scene)
            _ = try scene.start("worker", for: place)
            try await scene.configure(at: place, template: #"{"compression": "gzip"}"#)
            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let found = try await verify(
                ["--run", "\(run)"], environment: place.environment, in: scene)
            #expect(found.end == .exit(0))
            #expect(found.log.hasPrefix("ok: run \(run) Daily customers: 5 files, 4,501 rows"))

            let lost = try await verify(["--run", "\(run)"], environment: [:], in: scene)
            #expect(lost.end == .exit(64))
            #expect(lost.log.contains("this program has no credential \"remote\""))
        }
    }

    @Test(arguments: RemotePlace.Kind.allCases, ["zip", "tgz"])
    func `opens archives where they are`(
        _ kind: RemotePlace.Kind, _ archive: String
    ) async throws {
        try await Scene.with { scene in
            let place = try RemotePlace(kind, in: scene)
            _ = try scene.start("worker", for: place)
            try await scene.configure(
                at: place, template: #"{"compression": "\#(archive)", "file_name": "all"}"#)
            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let found = try await verify(
                ["--run", "\(run)"], environment: place.environment, in: scene)

            #expect(found.end == .exit(0))
            #expect(found.log.hasPrefix("ok: run \(run) Daily customers: 1 file, 4,501 rows"))
        }
    }

    @Test func `finds a directory and a sandbox's place in it`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure()
            try await scene.apply("create_sandbox", #"{"name": "Spring"}"#)
            let run = try await scene.run(in: "spring")
            try await scene.reaches("succeeded", run)

            let found = try await verify(["--run", "\(run)"], environment: [:], in: scene)
            #expect(found.log.hasPrefix("ok: run \(run) Daily customers: 5 files, 4,501 rows"))

            try FileManager.default.moveItem(
                atPath: scene.destination, toPath: scene.destination + "-away")
            let away = try await verify(["--run", "\(run)"], environment: [:], in: scene)
            #expect(away.end == .exit(66))
            #expect(away.log.contains("there is no manifest \(scene.destination)/_sandbox/Spring/"))
        }
    }

    @Test func `counts the rows of the tables that it has filled`() async throws {
        try await TargetScene.with { place in
            _ = try place.start("worker")
            try await place.configure(mode: "replace")
            let run = try await place.scene.run()
            try await place.scene.reaches("succeeded", run)
            let credential = ["FERRY_CREDENTIAL_TEST_TARGET": place.target.url]
            let address = ["postgres:\(run)", "--credential", "test_target"]
            func verify(_ arguments: [String]) async throws -> String {
                let found = try await self.verify(
                    arguments, environment: credential, in: place.scene)
                return "\(found.end) \(found.log)"
            }
            let fine = """
                exit(0) ok: run \(run) Daily customers: 5 tables, 4,501 rows \
                (values are not compared)

                """

            for arguments in [["--run", "\(run)"], address, address + ["--from-queue"]] {
                #expect(try await verify(arguments) == fine)
            }
            let wrongHash = address + ["--sha256", String(repeating: "0", count: 64)]
            #expect(try await verify(wrongHash).contains("do not trust this delivery"))
            #expect(
                try await verify(["postgres:9999"] + address.dropFirst()).hasPrefix(
                    "exit(66) ferry: there is no manifest ferry_staging.deliveries, run 9999\n"))

            try await place.target.run(
                "delete from crm.customers where id <= 2; drop table crm.parts")
            let wrong = try await verify(address)
            #expect(wrong.hasPrefix("exit(1) wrong rows: crm.customers has 2998"))
            #expect(wrong.contains("missing: crm.parts\n"))
            #expect(wrong.contains("differs from the manifest (2): run \(run) Daily customers"))

            let later = try await place.scene.run()
            try await place.scene.reaches("succeeded", later)
            #expect(
                try await verify(address).hasPrefix(
                    "exit(1) ferry: run \(later) has replaced the contents of the tables of run "
                        + "\(run)\n"))

            try await place.target.run(
                "update ferry_staging.deliveries set manifest = manifest || ' '")
            #expect(
                try await verify(["postgres:\(later)"] + address.dropFirst()).contains(
                    "do not trust this delivery"))
        }
    }
}
