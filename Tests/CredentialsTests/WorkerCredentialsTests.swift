import Foundation
import Testing

@testable import Credentials

@Suite("The credentials of a worker")
struct WorkerCredentialsTests {
    let folder: SecretFolder

    init() throws { folder = try SecretFolder() }

    private func credentials(
        _ environment: [String: String] = [:], paths: [String] = [], outside: [String] = []
    ) -> WorkerCredentials {
        WorkerCredentials(paths: paths, outside: outside, environment: { environment })
    }

    @Test func `are variables of one prefix, in lower case`() async throws {
        let credentials = credentials([
            "FERRY_CREDENTIAL_CRM_EU": "host=crm", "FERRY_CREDENTIAL_EMPTY": "",
            "FERRY_DATABASE_URL": "host=queue", "PGPASSWORD": "hunter2",
        ])

        #expect(try await credentials.postgres("crm_eu") == "host=crm")
        #expect(await credentials.known().mapValues(\.kind) == ["crm_eu": .postgres])
        for other in ["CRM_EU", "empty", "FERRY_DATABASE_URL", "ferry_database_url", "pgpassword"] {
            await #expect(throws: CredentialUnavailable.self) {
                try await credentials.postgres(other)
            }
        }
    }

    @Test func `are the members of a file, read again at each use`() async throws {
        let file = try folder.write(
            "all.yaml", "crm: postgresql://one\nlake: {kind: s3}\nbroken: {kind: hunter2}\n")
        let credentials = credentials(paths: [file])

        #expect(try await credentials.postgres("crm") == "postgresql://one")
        #expect(await credentials.known().mapValues(\.kind) == ["crm": .postgres, "lake": .s3])
        try folder.write("all.yaml", "crm: postgresql://two\n")
        #expect(try await credentials.postgres("crm") == "postgresql://two")
    }

    @Test func `are the files of a directory, also by links as Kubernetes mounts them`()
        async throws
    {
        try folder.write("inner/crm", "postgresql://one\n")
        try folder.link("..data", to: "inner")
        try folder.link("crm", to: "..data/crm")
        try folder.write(".hidden", "host=x")
        try folder.write("Not a name", "host=x")

        let credentials = credentials(paths: [folder.path])

        #expect(try await credentials.postgres("crm") == "postgresql://one")
        #expect(await credentials.known().mapValues(\.kind) == ["crm": .postgres])
        #expect(credentials.problems() == [])
        for name in ["../crm", "inner/crm", ".hidden", "inner", "Not a name"] {
            await #expect(throws: CredentialUnavailable.self) {
                try await credentials.postgres(name)
            }
        }
    }

    @Test func `of one name are that of the variable, then of the first path`() async throws {
        let one = try folder.write("one.yaml", "crm: host=one\nerp: host=one")
        let two = try folder.write("two.yaml", "crm: host=two\nerp: host=two\nhr: host=two")
        let credentials = credentials(
            ["FERRY_CREDENTIAL_CRM": "host=variable"], paths: [one, two])

        #expect(try await credentials.postgres("crm") == "host=variable")
        #expect(try await credentials.postgres("erp") == "host=one")
        #expect(try await credentials.postgres("hr") == "host=two")
    }

    @Test func `say which there are of the kind that is wanted`() async throws {
        let file = try folder.write(
            "all.yaml", "crm: host=x\nerp: host=y\nlake: {kind: s3}\n")
        let credentials = credentials(paths: [file])

        let unknown = await #expect(throws: CredentialUnavailable.self) {
            try await credentials.postgres("cmr")
        }
        let other = await #expect(throws: CredentialUnavailable.self) {
            try await credentials.postgres("lake")
        }

        #expect(
            unknown?.description == """
                this worker has no credential "cmr": give it one, as FERRY_CREDENTIAL_CMR or \
                in a file (--credentials); its credentials of \
                kind postgres: crm, erp
                """)
        #expect(
            other?.description
                == "credential \"lake\" is of kind s3, but kind postgres is required")
    }

    @Test func `are never read from delivered files`() async throws {
        try folder.write("inner/delivered", "host=evil")
        try folder.link("crm", to: folder.path + "/inner/delivered")
        try folder.write("fine", "host=x")
        let credentials = credentials(
            paths: [folder.path, folder.path + "/inner"], outside: [folder.path + "/inner"])

        for name in ["crm", "delivered"] {
            let error = await #expect(throws: CredentialUnavailable.self) {
                try await credentials.postgres(name)
            }
            #expect(error?.description.contains("which destinations may write to") == true)
        }
        #expect(try await credentials.postgres("fine") == "host=x")
    }

    @Test func `are small regular files of text`() async throws {
        try folder.write("exact", "host=" + String(repeating: "x", count: (64 << 10) - 5))
        try folder.write("large", "host=" + String(repeating: "x", count: 64 << 10))
        try Data([0x68, 0x3d, 0xff]).write(to: URL(filePath: folder.path + "/binary"))
        try Data("host=x\0".utf8).write(to: URL(filePath: folder.path + "/nul"))
        try #require(mkfifo(folder.path + "/pipe", 0o600) == 0)
        try folder.link("zero", to: "/dev/zero")
        let credentials = credentials(paths: [folder.path])

        #expect(try await credentials.postgres("exact").utf8.count == 64 << 10)
        for (name, said) in [
            ("large", "is larger than 65536 bytes"), ("binary", "is not text in UTF-8"),
            ("nul", "is not text in UTF-8"), ("pipe", "is not a regular file"),
            ("zero", "is not a regular file"),
        ] {
            let error = await #expect(throws: CredentialUnavailable.self) {
                try await credentials.postgres(name)
            }
            #expect(error?.description.contains(said) == true, "\(error?.description ?? "")")
        }
    }

    @Test(arguments: [
        ("a: [", "is not YAML: line "), ("hunter2", "must be a mapping of names to credentials"),
        ("A: hunter2", "the name of a credential must be 1 to 63 lower-case"),
        ("a: host=x\na: host=hunter2", "is not YAML"),
        ("a: {kind: hunter2}", "credential \"a\": \"kind\" must be one of"),
    ])
    func `report their problems to operators, without the secrets`(
        text: String, said: String
    ) throws {
        let file = try folder.write("all.yaml", text)

        let credentials = credentials(paths: [file])
        let problem: String?
        do throws(CredentialProblem) {
            try credentials.check()
            problem = credentials.problems().first
        } catch {
            problem = "\(error)"
        }

        #expect(problem?.contains(said) == true, "\(problem ?? "")")
        #expect(problem?.contains("hunter2") == false)
    }

    @Test func `cannot be in a file that is not there`() {
        let error = #expect(throws: CredentialProblem.self) {
            try credentials(paths: ["/no/such"]).check()
        }

        #expect(error?.description == "/no/such: no such file or directory")
    }
}
