import Testing
import Values

@testable import ferry

@Suite("The place of a delivery, as it is written", .timeLimit(.minutes(15)))
struct DeliveryAddressTests {
    private func folder(
        _ kind: String, _ path: [String], _ file: String?, _ settings: [String: JSONValue]
    ) -> DeliveryAddress {
        .folder(kind: kind, path: path, file: file, settings: settings)
    }

    @Test func `is a path, unless it begins with a scheme`() throws {
        for path in ["/exports/Daily/run-7", "run-7", "./s3://bucket", "s3:/x", "postgres", "a:b"] {
            #expect(try DeliveryAddress(path) == .local(path))
        }
    }

    @Test func `is a folder of a bucket`() throws {
        let bucket: [String: JSONValue] = ["bucket": "lake"]
        #expect(try DeliveryAddress("s3://lake") == folder("s3", [], nil, bucket))
        #expect(
            try DeliveryAddress("S3://lake/crm/Daily %41+/run-7/")
                == folder("s3", ["crm", "Daily %41+", "run-7"], nil, bucket))
        #expect(
            try DeliveryAddress("s3://lake/Daily/latest.json")
                == folder("s3", ["Daily"], "latest.json", bucket))
    }

    @Test func `is a folder of a server`() throws {
        #expect(
            try DeliveryAddress("sftp://files.example/out/Daily customers/run-7/manifest.json")
                == folder(
                    "sftp", [], "manifest.json",
                    ["host": "files.example", "path": "/out/Daily customers/run-7"]))
        #expect(
            try DeliveryAddress("sftp://me@corp@[::1]:2222/")
                == folder(
                    "sftp", [], nil,
                    ["host": "::1", "port": .int(2222), "user": "me@corp", "path": "/"]))
    }

    @Test func `is the tables that a run has filled`() throws {
        #expect(try DeliveryAddress("postgres:42") == .tables(run: 42, settings: [:]))
    }

    @Test(arguments: [
        "postgresql://me:secret@host/db", "postgres://me:secret@host/db", "postgres:secret",
        "sftp://me:secret@host/x",
    ])
    func `holds no password, and none is repeated`(text: String) throws {
        let error = #expect(throws: Failure.self) { try DeliveryAddress(text) }

        #expect(error?.status == .usage)
        #expect(error?.text.contains("secret") == false)
        #expect(error?.text.contains("--credential NAME") == true)
    }

    @Test(arguments: ["s3://", "s3:///x", "sftp:///x", "sftp://a b:x/y", "https://host/x"])
    func `is refused where it leads nowhere`(text: String) throws {
        #expect(throws: Failure.self) { try DeliveryAddress(text) }
    }
}
