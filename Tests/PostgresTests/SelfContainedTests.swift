import TestSupport
import Testing

@testable import Postgres

@Suite("A connection string that counts alone", .timeLimit(.minutes(15)))
struct SelfContainedTests {
    private func text(_ conninfo: String) throws -> String {
        var options = ConnectionOptions(conninfo, applicationName: "ferry's test")
        options.isSelfContained = true
        return try options.selfContained()
    }

    @Test func `asks for TLS with a verified certificate, and for no file of the user`() throws {
        let text = try text("host=db.example password='it\\'s'")

        #expect(text.contains("password='it\\'s'"))
        #expect(text.contains("sslmode='verify-full'"))
        #expect(text.contains("passfile='/dev/null/none'"))
        #expect(text.contains("sslkey='/dev/null/none'"))
        #expect(text.contains("gssencmode='disable'"))
        #expect(text.contains("application_name='ferry\\'s test'"))
        #expect(!text.contains("sslrootcert='/dev/null/none'"))
    }

    @Test func `says otherwise where it does`() throws {
        let text = try text(
            "postgresql://me@db.example/d?sslmode=require&passfile=/run/pass&application_name=x")

        #expect(text.contains("sslmode='require'") && text.contains("user='me'"))
        #expect(text.contains("passfile='/run/pass'") && text.contains("application_name='x'"))
        #expect(text.contains("sslrootcert='/dev/null/none'"))
    }

    @Test func `leads to no service file`() throws {
        let error = #expect(throws: PostgresError.self) { try text("service=crm") }

        #expect(error?.description.contains("not with a service") == true)
    }

    @Test func `connects`() async throws {
        try await TestDatabase.withEmpty { database in
            var options = ConnectionOptions(database.url, applicationName: "ferry's test")
            options.isSelfContained = true

            let connection = try await Connection.connect(options)

            let names = try await connection.query(
                "select current_setting('application_name'), current_database()")
            #expect(try names[0][0].string() == "ferry's test")
            #expect(try names[0][1].string() == database.name)
            await connection.close()
        }
    }

    @Test(arguments: [
        ("host=db.example", true), ("host=db.example sslmode=verify-ca", true),
        ("host=db.example sslmode=require", false), ("host=/run/pg sslmode=disable", true),
        ("dbname=x sslmode=disable", true), ("hostaddr=10.0.0.1 sslmode=prefer", false),
        ("host=/run/pg,db.example sslmode=disable", false),
        ("postgresql://db.example/d?sslmode=disable", false), ("nonsense", false),
    ])
    func `shows whether it is verified`(conninfo: String, isVerified: Bool) {
        #expect(ConnectionOptions(conninfo).isVerified == isVerified)
    }
}
