import Destinations
import Formats
import Testing

@Suite("The tables that a delivery empties and fills", .timeLimit(.minutes(15)))
struct PostgresTruncateTests {
    private static let existing = """
        create table crm.orders (
            note text, id bigint primary key, twice bigint generated always as (id * 2) stored,
            at int default 5, n bigint generated always as identity);
        insert into crm.orders (id) values (99);
        create view crm.v as select * from crm.orders;
        grant select on crm.orders to public;
        """
    private static let rows = TableDelivery.of(
        "orders", [("id", "bigint"), ("note", "text"), ("n", "bigint")], "1\ta\t7\n2\tb\t8\n",
        mode: .truncate)

    private func refusal(
        of delivery: TableDelivery, _ script: String
    ) async throws -> String {
        var reason = ""
        try await PostgresUnderTest.with(script) { place in
            let before = try await place.visible()
            let error = await #expect(throws: DestinationError.self) {
                try await delivery.deliver(to: place.connect())
            }
            #expect(try await place.visible() == before)
            #expect(error?.disposition == .discard)
            reason = error?.description ?? ""
        }
        return reason
    }

    @Test func `keep indexes, views, grants and defaults, and are filled by name`() async throws {
        try await PostgresUnderTest.with(Self.existing) { place in
            try await Self.rows.deliver(to: place.connect())

            #expect(try await place.visible() == ["orders: (a,1,2,5,7) (b,2,4,5,8)"])
            #expect(try await place.texts("select count(*)::text from crm.v") == ["2"])
            #expect(
                try await place.texts(
                    "select relhasindex::text || (relacl is not null) from pg_class "
                        + "where relname = 'orders'") == ["truetrue"])
        }
    }

    @Test func `are filled in the order of their foreign keys`() async throws {
        try await PostgresUnderTest.with(
            """
            create table crm.customers (id int primary key);
            create table crm.a_orders (id int, customer int references crm.customers);
            insert into crm.customers values (0); insert into crm.a_orders values (0, 0)
            """
        ) { place in
            var delivery = TableDelivery.of(
                "a_orders", [("id", "integer"), ("customer", "integer")], "1\t7\n",
                mode: .truncate)
            delivery.parts += TableDelivery.of("customers", [("id", "integer")], "7\n").parts

            try await delivery.deliver(to: place.connect())

            #expect(try await place.visible() == ["a_orders: (1,7)", "customers: (7)"])
        }
    }

    @Test func `may be of wider types, if no value changes`() async throws {
        let delivery = TableDelivery.of(
            "t", [("n", "integer"), ("x", "numeric(12,4)")], "1\t1.5000\n", mode: .truncate)
        try await PostgresUnderTest.with("create table crm.t (n bigint, x numeric(12,2))") {
            place in
            try await delivery.deliver(to: place.connect())
            #expect(try await place.visible() == ["t: (1,1.50)"])
        }
        var rounded = delivery
        rounded.parts[0].text = "1\t1.5050\n"
        #expect(
            try await refusal(of: rounded, "create table crm.t (n bigint, x numeric(12,2))")
                .contains(
                    """
                    "crm.t" was rejected: column "x" is of type numeric(12,2), which would change \
                    delivered values of type numeric(12,4)
                    """))
    }

    @Test func `are refused where they are not there, or lack a column`() async throws {
        #expect(
            try await refusal(of: Self.rows, "").contains(
                "\"crm.orders\" does not exist. Create this table, or choose the mode \"create\""))
        #expect(
            try await refusal(of: Self.rows, "create table crm.orders (id bigint, n bigint)")
                .contains("\"crm.orders\" is not allowed: it lacks the delivered column \"note\""))
        #expect(
            try await refusal(of: Self.rows, "create view crm.orders as select 1 as id")
                .contains("it is not a table"))
    }

    @Test func `are refused where another table refers to them`() async throws {
        #expect(
            try await refusal(
                of: Self.rows,
                Self.existing + "create table public.lines (o bigint references crm.orders)"
            ).contains("Table \"lines\" references \"orders\""))
    }

    @Test func `are rejected if a value does not fit, without showing it`() async throws {
        let missing = try await refusal(
            of: .of("orders", [("note", "text")], "secret\n", mode: .truncate), Self.existing)
        #expect(missing.contains("null value in column \"id\""))
        #expect(!missing.contains("secret"))
        let text = try await refusal(
            of: .of("t", [("n", "text")], "secret\n", mode: .truncate),
            "create table crm.t (n int)")
        #expect(text.contains("\"crm.t\" was rejected: invalid input syntax for type integer"))
        #expect(!text.contains("secret"))
    }

    @Test func `are refused where a trigger swallows rows`() async throws {
        let trigger = """
            create table crm.t (n int);
            create function public.swallow() returns trigger language plpgsql as
            'begin return case when new.n > 1 then new end; end';
            create trigger t before insert on crm.t for each row execute function public.swallow();
            """
        #expect(
            try await refusal(
                of: .of("t", [("n", "integer")], "1\n2\n3\n", mode: .truncate), trigger
            ).contains("it has 2 rows after filling, but 3 are delivered"))
    }
}
