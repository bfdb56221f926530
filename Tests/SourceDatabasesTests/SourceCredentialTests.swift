import Credentials
import SourceDatabases
import Testing

@Suite("The credential of a source database", .timeLimit(.minutes(15)))
struct SourceCredentialTests {
    @Test func `that a worker does not have fails the connection, for good`() async throws {
        let database = SourceDatabase(
            name: "shop", credential: "shop", of: WorkerCredentials(environment: { [:] }))

        let error = await #expect(throws: SourceError.self) { _ = try await database.connect() }

        #expect(error?.isTransient == false)
        #expect(error?.description.hasPrefix("this worker has no credential \"shop\"") == true)
    }
}
