import Destinations
import Formats
import Postgres
import Testing

@Suite("The rehearsal of filling tables that are there", .timeLimit(.minutes(15)))
struct PostgresTrialTests {
    /// Rehearses orders of `id` and `note`, and gives what they are refused for.
    private func refusal(
        _ script: String, _ rows: String = "1\ta\n2\tb\n", as user: String? = nil,
        more: TableDelivery? = nil
    ) async throws -> DestinationError? {
        var result: DestinationError?
        try await PostgresUnderTest.with(script) { place in
            var delivery = TableDelivery.of(
                "orders", [("id", "bigint"), ("note", "text")], rows, mode: .truncate)
            delivery.parts += more?.parts ?? []
            try await delivery.stage(at: place.connect())
            let before = (try await place.visible(), try await place.staged())
            if let user {
                try await place.eyes.run(
                    "grant all on schema ferry_staging, crm to \(user); "
                        + "grant all on all tables in schema ferry_staging to \(user)")
            }

            result = await #expect(throws: DestinationError.self) {
                try await place.connect(user.map { place.url + " user=\($0)" })
                    .rehearse(delivery.publication())
            }

            #expect(try await place.visible() == before.0)
            #expect(try await place.staged() == before.1)
        }
        #expect(result?.disposition == .discard)
        return result
    }

    @Test func `finds rows that are there twice, and names the constraint`() async throws {
        let error = try await refusal(
            "create table crm.orders (id bigint, note text unique)", "1\ta\n2\ta\n")

        #expect(error?.code == "destination_refused")
        #expect(
            error?.description.contains(
                "unique constraint \"orders_note_key\" [23505]") == true,
            "\(error as Any)")
    }

    @Test func `finds rows that a check refuses`() async throws {
        let error = try await refusal(
            "create table crm.orders (id bigint constraint positive check (id > 1), note text)")

        #expect(error?.description.contains("check constraint \"positive\"") == true)
    }

    @Test func `finds columns that must be given and are not`() async throws {
        let error = try await refusal(
            "create table crm.orders (id bigint, note text, at date not null)")

        #expect(error?.description.contains("null value in column \"at\"") == true)
    }

    @Test func `finds rows that refer to nothing, there or delivered`() async throws {
        let script = """
            create table crm.customers (name text primary key);
            insert into crm.customers values ('a');
            create table crm.orders (id bigint, note text references crm.customers);
            """
        let error = try await refusal(script)
        #expect(error?.description.contains("\"orders_note_fkey\"") == true)

        let customers = TableDelivery.of("customers", [("name", "text")], "b\n", mode: .truncate)
        let delivered = try await refusal(script, more: customers)
        #expect(delivered?.description.contains("\"orders_note_fkey\"") == true)
    }

    @Test func `finds rows that no partition takes`() async throws {
        let error = try await refusal(
            """
            create table crm.orders (id bigint, note text) partition by list (id);
            create table crm.ones partition of crm.orders for values in (1);
            """)

        #expect(error?.description.contains("has no partition for some of the rows") == true)
    }

    @Test func `finds tables that inherit and would be emptied, too`() async throws {
        let error = try await refusal(
            """
            create table crm.orders (id bigint, note text);
            create table crm.kid () inherits (crm.orders);
            """)

        #expect(error?.description.contains("table crm.kid inherits from it") == true)
    }

    @Test(arguments: [
        "grant select, truncate on crm.orders to loader",
        "grant insert, truncate on crm.orders to loader",
        "grant select, truncate, insert (id) on crm.orders to loader",
        """
        grant all on crm.orders to loader; alter table crm.orders enable row level security
        """,
    ])
    func `finds that a right is missing`(grant: String) async throws {
        let role = "ferry_loader_" + String(UInt32.random(in: 0...UInt32.max))
        let script = """
            create role \(role) login;
            create table crm.orders (id bigint, note text);
            \(grant.replacing("loader", with: role));
            """
        let error = try await refusal(script, as: role)

        #expect(error?.code == "destination_access_denied", "\(error as Any)")
    }

    @Test func `lets rows pass that the table takes, whatever guards it`() async throws {
        try await PostgresUnderTest.with(
            """
            create table crm.customers (name text primary key);
            create table crm.orders (
                id bigint generated always as identity primary key, note text
                    references crm.customers, twice bigint generated always as (id * 2) stored,
                at date not null default '2026-01-01', check (id > 0)) partition by list (id);
            create table crm.other partition of crm.orders default;
            """
        ) { place in
            var delivery = TableDelivery.of(
                "orders", [("id", "bigint"), ("note", "text")], "1\ta\n2\t\\N\n",
                mode: .truncate)
            delivery.parts += TableDelivery.of("customers", [("name", "text")], "a\n").parts
            try await delivery.stage(at: place.connect())

            try await place.connect().rehearse(delivery.publication())
            try await place.connect().publish(delivery.publication())

            #expect(
                try await place.texts("select id || coalesce(note, '-') from crm.orders order by 1")
                    == ["1a", "2-"])
        }
    }

    @Test func `and publishing leave tables to a later run that has filled them`() async throws {
        try await PostgresUnderTest.with("create table crm.orders (id bigint)") { place in
            func delivery(_ run: Int64) -> TableDelivery {
                .of("orders", [("id", "bigint")], "\(run)\n", mode: .truncate, run: run)
            }
            try await delivery(7).stage(at: place.connect())
            try await delivery(9).deliver(to: place.connect())

            for call in [DestinationAdapter.rehearse, DestinationAdapter.publish] {
                let error = await #expect(throws: DestinationError.self) {
                    try await call(place.connect())(delivery(7).publication())
                }
                #expect(error == .overtaken(destination: "dw", run: 7, by: 9))
                #expect(error?.provesNothingVisible == true)
            }

            #expect(try await place.visible() == ["orders: (9)"])
            #expect(try await place.connect().isPublished(delivery(9).publication()))
            #expect(try await !place.connect().isPublished(delivery(7).publication()))
        }
    }
}
