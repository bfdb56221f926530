import Destinations
import Formats
import Postgres
import Testing
import Values

@Suite("The tables that a delivery makes", .timeLimit(.minutes(15)))
struct PostgresCreateTests {
    private func refusal(
        of delivery: TableDelivery, at place: PostgresUnderTest
    ) async throws -> DestinationError? {
        let before = try await place.visible()
        let error = await #expect(throws: DestinationError.self) {
            try await delivery.deliver(to: place.connect())
        }
        #expect(try await place.visible() == before)
        #expect(error?.disposition == .discard)
        return error
    }

    @Test func `have the columns and types of the source, and what is never null`() async throws {
        try await PostgresUnderTest.with { place in
            var delivery = TableDelivery.of(
                "t", [("id", "bigint"), ("Größe \"x\"", "numeric(12,2)")], "1\t1.50\n")
            delivery.parts[0].columns[0].nullable = false

            try await delivery.deliver(to: place.connect())

            #expect(
                try await place.texts(
                    """
                    select concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull)
                      from pg_attribute where attrelid = 'crm.t'::regclass and attnum > 0
                     order by attnum
                    """) == ["id bigint t", "Größe \"x\" numeric(12,2) f"])
        }
    }

    @Test func `may have no columns, and no rows`() async throws {
        try await PostgresUnderTest.with { place in
            try await TableDelivery.of("t", [], "\n\n").deliver(to: place.connect())
            try await TableDelivery.of("u", [("n", "integer")], "", run: 43)
                .deliver(to: place.connect())

            #expect(try await place.visible() == ["t: () ()", "u: "])
        }
    }

    @Test func `belong to whom the schema grants them by default`() async throws {
        try await PostgresUnderTest.with(
            "alter default privileges in schema crm grant select on tables to public"
        ) { place in
            try await TableDelivery.sample().deliver(to: place.connect())
            #expect(
                try await place.texts(
                    "select (relacl is not null)::text from pg_class where relname = 'orders'")
                    == ["true"])
        }
    }

    @Test func `are refused where one exists`() async throws {
        try await PostgresUnderTest.with("create table crm.orders (id int)") { place in
            let error = try await refusal(of: .sample(), at: place)
            #expect(
                error?.description == """
                    destination "dw": "crm.orders" is not allowed: it exists, and the data \
                    template's mode is "create". Drop it, or choose the mode "truncate" or \
                    "replace"
                    """)
        }
    }

    @Test func `are refused where two of the source would be one`() async throws {
        try await PostgresUnderTest.with { place in
            var delivery = TableDelivery.sample()
            delivery.parts[1].table = TableName(schema: "sales", name: "orders")
            let error = try await refusal(of: delivery, at: place)
            #expect(
                error?.description.contains(
                    "tables public.orders and sales.orders would both fill it") == true)
        }
    }
}
