import Foundation
import TestSupport
import Testing

@Suite("ferry verify of a delivery on a server", .timeLimit(.minutes(15)))
struct VerifyElsewhereTests {
    @Test(arguments: PlacedDelivery.Kind.allCases)
    func `says that all is well`(_ kind: PlacedDelivery.Kind) async throws {
        let delivery = try PlacedDelivery(kind)
        try delivery.put()

        for place in ["/run-7", "/run-7/", "/run-7/manifest.json", "", "/latest.json"] {
            let result = try await delivery.verify("/Daily customers" + place)

            #expect(result.output == "ok: run 7 Daily customers: 2 files, 2 rows, 10 B\n")
            #expect(result.status == 0, "\(place): \(result.error)")
        }
    }

    /// What may be wrong with the files of a delivery.
    enum Fault: String, CaseIterable {
        case changed, truncated, longer, missing, extra, noSuccessFile, folderInside

        func make(in delivery: PlacedDelivery) throws {
            switch self {
            case .changed: try delivery.write(Array("id\n3\n".utf8), to: "part 1.csv")
            case .truncated: try delivery.write(Array("id\n".utf8), to: "part 1.csv")
            case .longer: try delivery.write(Array("id\n1\n2\n".utf8), to: "part 1.csv")
            case .missing: try delivery.remove("part 2.csv")
            case .extra: try delivery.write([], to: "part 3+%20\u{1b}é.csv")
            case .noSuccessFile: try delivery.remove(".DONE")
            case .folderInside:
                try FileManager.default.createDirectory(
                    atPath: delivery.folder + "/inside", withIntermediateDirectories: false)
                try delivery.write([1], to: "inside/file")
            }
        }
    }

    @Test(arguments: PlacedDelivery.Kind.allCases, Fault.allCases)
    func `reports what it reports of a folder`(
        _ kind: PlacedDelivery.Kind, _ fault: Fault
    ) async throws {
        let delivery = try PlacedDelivery(kind)
        try fault.make(in: delivery)
        try delivery.put()

        let here = try await delivery.verifyHere()
        let there = try await delivery.verify()

        #expect(here.status == 1)
        #expect(there.status == 1, "\(there.error)")
        #expect(there.output == here.output)
        #expect(there.lines.count >= 2)
    }

    @Test(arguments: PlacedDelivery.Kind.allCases)
    func `reads thousands of files`(_ kind: PlacedDelivery.Kind) async throws {
        let delivery = try PlacedDelivery(kind, files: 2500)
        try delivery.write([], to: "zzz")
        try delivery.put()

        let result = try await delivery.verify()

        #expect(result.lines.first == "extra: zzz is not in the manifest")
        #expect(
            result.lines.last?.contains("run 7 Daily customers: 2,500 files, 2,500 rows") == true)
        #expect(result.status == 1, "\(result.error)")
    }

    @Test(arguments: PlacedDelivery.Kind.allCases)
    func `trusts no manifest but the one that is asked for`(
        _ kind: PlacedDelivery.Kind
    ) async throws {
        let delivery = try PlacedDelivery(kind)
        try delivery.put()

        let result = try await delivery.verify(
            more: ["--sha256", String(repeating: "0", count: 64)])

        #expect(result.status == 1)
        #expect(result.error.contains("do not trust this delivery"))
    }

    @Test(arguments: PlacedDelivery.Kind.allCases)
    func `says that there is no manifest`(_ kind: PlacedDelivery.Kind) async throws {
        let delivery = try PlacedDelivery(kind)
        try delivery.put()

        let result = try await delivery.verify("/nowhere")

        #expect(result.status == 66)
        #expect(result.error.contains("there is no manifest \(kind.rawValue)://"))
        #expect(result.error.contains("/nowhere/manifest.json"))
    }

    @Test(arguments: PlacedDelivery.Kind.allCases)
    func `needs the credential, for this server`(_ kind: PlacedDelivery.Kind) async throws {
        let delivery = try PlacedDelivery(kind)
        try delivery.put()

        let unknown = try await delivery.verify(environment: [:])
        #expect(unknown.status == 64)
        #expect(unknown.error.contains("this program has no credential \""))

        let elsewhere = try await delivery.verify(
            environment: delivery.environment.mapValues {
                $0.replacing("127.0.0.1:*", with: "elsewhere.example:22")
            })
        #expect(elsewhere.status == 64)
        #expect(elsewhere.error.contains("may be used for"))
    }

    @Test func `says that there is no such bucket`() async throws {
        let delivery = try PlacedDelivery(.s3)
        let program = Program(url: "", environment: delivery.environment)

        let result = try await program.start(
            ["verify", "s3://ferry-no-such-bucket/x"] + delivery.options
        ).result()

        #expect(result.status == 66)
        #expect(result.error.contains("Create the bucket, or correct bucket, region and endpoint"))
    }

    @Test func `says that the service refuses the key`() async throws {
        let delivery = try PlacedDelivery(.s3, server: S3Server.shared(.rclone))
        try delivery.put()
        #expect(try await delivery.verify().status == 0)

        let result = try await delivery.verify(
            environment: delivery.environment.mapValues {
                $0.replacing(
                    #""secret_access_key": "testing""#, with: #""secret_access_key": "wrong""#)
            })

        #expect(result.status == 77)
        #expect(result.error.contains("S3 rejected the access key"))
    }

    @Test func `says that the server refuses the login`() async throws {
        let delivery = try PlacedDelivery(.sftp)
        let outsider = try SFTPServer.shared.get().credential(key: "outsider")

        let result = try await delivery.verify(
            environment: ["FERRY_CREDENTIAL_PARTNER": outsider])

        #expect(result.status == 77)
        #expect(result.error.contains("the server refused user"))
    }

    @Test func `gives no server a login that shows another host key`() async throws {
        let delivery = try PlacedDelivery(.sftp)
        let other = "SHA256:" + String(repeating: "A", count: 43)
        let program = Program(url: "", environment: delivery.environment)

        let result = try await program.start(
            ["verify", delivery.address, "--credential", "partner"]
                + ["--setting", "host_key=\(other)"]
        ).result()

        #expect(result.status == 64)
        #expect(result.error.contains("the server has the host key"))
    }

    @Test func `says that nothing answers`() async throws {
        let port = try SFTPServer.freePort()
        let program = Program(
            url: "",
            environment: [
                "FERRY_CREDENTIAL_X": #"{"kind": "sftp", "host": "127.0.0.1:*", "password": "x"}"#
            ])
        let pin = "host_key=SHA256:" + String(repeating: "A", count: 43)

        let result = try await program.run(
            "verify", "sftp://me@127.0.0.1:\(port)/x", "--credential", "x", "--setting", pin)

        #expect(result.status == 69)
        #expect(result.error.contains("sftp://127.0.0.1:\(port)"))
    }

    @Test func `takes the endpoint from a credential for one alone`() async throws {
        let delivery = try PlacedDelivery(.s3)
        try delivery.put()
        let port = try S3Server.shared().port
        let credential = S3Bucket.credential.replacing("127.0.0.1:*", with: "127.0.0.1:\(port)")
        let program = Program(url: "", environment: ["FERRY_CREDENTIAL_LAKE": credential])

        let result = try await program.run(
            "verify", delivery.address + "/Daily customers", "--credential", "lake")

        #expect(result.status == 0, "\(result.error)")
    }

    @Test func `finds credentials in files, as a worker does`() async throws {
        let delivery = try PlacedDelivery(.s3)
        try delivery.put()
        let folder = NSTemporaryDirectory() + "ferry-credentials-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try S3Bucket.credential.write(
            toFile: folder + "/lake", atomically: true, encoding: .utf8)

        let result = try await delivery.verify(more: ["--credentials", folder], environment: [:])
        #expect(result.status == 0, "\(result.error)")

        let nowhere = try await delivery.verify(more: ["--credentials", folder + "/no"])
        #expect(nowhere.status == 64)
        #expect(nowhere.error.contains("no such file or directory"))
    }
}
