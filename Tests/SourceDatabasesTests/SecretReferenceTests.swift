import Foundation
import Lifecycle
import SourceDatabases
import Testing

@Suite("A reference to a secret")
struct SecretReferenceTests {
    @Test func `names an environment variable of the worker`() throws {
        setenv("FERRY_TEST_SECRET", "dbname=shop password=x", 1)
        defer { unsetenv("FERRY_TEST_SECRET") }
        let reference = try SecretReference("env:FERRY_TEST_SECRET")

        #expect(try reference.resolve() == "dbname=shop password=x")
        #expect(reference.description == "env:FERRY_TEST_SECRET")
    }

    @Test(arguments: ["secret", "secret\n", "secret\r\n", "secret\n\n"])
    func `names a file, whose last line end does not count`(_ content: String) throws {
        let path = NSTemporaryDirectory() + "ferry-\(UUID())"
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }

        #expect(try SecretReference("file:\(path)").resolve() == "secret")
    }

    @Test func `is read anew each time`() throws {
        let path = NSTemporaryDirectory() + "ferry-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let reference = try SecretReference("file:\(path)")
        #expect(throws: SecretUnavailable.self) { try reference.resolve() }

        try Data("one".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try reference.resolve() == "one")
        try Data("two".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try reference.resolve() == "two")
    }

    @Test(arguments: [
        ("env:FERRY_NO_SUCH", "this worker has no such variable"),
        ("env:", "this worker has no such variable"),
        ("file:/no/such/file", "this worker cannot read that file"),
        ("file:/tmp", "this worker cannot read that file"),
    ])
    func `that leads nowhere says so`(_ text: String, _ reason: String) throws {
        let reference = try SecretReference(text)

        let error = #expect(throws: SecretUnavailable.self) { try reference.resolve() }

        #expect(error == SecretUnavailable(reference: text, reason: reason))
    }

    @Test func `that leads nowhere fails the connection it is for`() async throws {
        let database = try SourceDatabase(name: "shop", connection: "env:FERRY_NO_SUCH")

        let error = await #expect(throws: SourceError.self) { _ = try await database.connect() }

        #expect(error?.isTransient == false)
        #expect(
            error?.description
                == "cannot resolve the connection env:FERRY_NO_SUCH: "
                + "this worker has no such variable")
    }

    @Test(arguments: [
        "postgresql://ferry:hunter2@db/shop", "host=db password=hunter2", "file:hunter2",
        "ENV:hunter2", " env:hunter2", "",
    ])
    func `is never the secret itself, and that is not repeated`(_ text: String) {
        let error = #expect(throws: SourceError.self) {
            try SourceDatabase(name: "shop", connection: text)
        }

        let said = "\(error.map { "\($0) \($0.hint)" } ?? "hunter2")"
        #expect(said.contains("it is not env:NAME or file:/path"))
        #expect(!said.contains("hunter2"))
    }
}
