import Postgres
import TestSupport
import Testing

@testable import Destinations

@Suite("A PostgreSQL destination with another encoding", .timeLimit(.minutes(15)))
struct PostgresEncodingTests {
    /// Gives the body a database whose encoding is LATIN1.
    private func withLatin(
        _ body: (PostgresUnderTest, _ url: String) async throws -> Void
    ) async throws {
        try await PostgresUnderTest.with { place in
            let latin = try await TestDatabase.create(options: "encoding 'LATIN1' locale 'C'")
            let owner = try await latin.connect()
            try await owner.run("create schema crm")
            await owner.close()
            do { try await body(place, latin.url) } catch {
                try? await latin.drop()
                throw error
            }
            try await latin.drop()
        }
    }

    @Test func `says in which row a character is that it does not have, and not which`()
        async throws
    {
        try await withLatin { place, url in
            let rows = TableDelivery.of(
                "t", [("id", "integer"), ("t", "text")], "1\tcafé\n2\t日本\n")

            var error: DestinationError?
            do { try await rows.stage(at: place.connect(url)) } catch let refused
                as DestinationError
            {
                error = refused
            }

            #expect(
                error?.description == """
                    destination "dw": "public.t" was rejected: a value has a character that the \
                    target's encoding LATIN1 does not have (row 2). Deliver to a database with the \
                    encoding UTF8, or omit the column [22P05]
                    """)
            #expect(error?.disposition == .discard)
        }
    }
}
