import Destinations
import Formats
import Postgres
import Testing

@Suite("The tables that a delivery replaces", .timeLimit(.minutes(15)))
struct PostgresReplaceTests {
    private static let rows = TableDelivery.of(
        "orders", [("id", "bigint"), ("note", "text")], "1\ta\n", mode: .replace)

    private func refusal(_ script: String) async throws -> String {
        var reason = ""
        try await PostgresUnderTest.with(script) { place in
            let before = try await place.visible()
            let error = await #expect(throws: DestinationError.self) {
                try await Self.rows.deliver(to: place.connect())
            }
            #expect(try await place.visible() == before)
            #expect(error?.disposition == .discard)
            reason = error?.description ?? ""
        }
        return reason
    }

    @Test func `are new, whatever they were before`() async throws {
        try await PostgresUnderTest.with(
            "create table crm.orders (x date, serial serial); create index on crm.orders (x)"
        ) { place in
            try await Self.rows.deliver(to: place.connect())
            #expect(try await place.visible() == ["orders: (1,a)"])

            var again = Self.rows
            again.run = 43
            again.parts[0].text = "2\tb\n"
            try await again.deliver(to: place.connect())
            #expect(try await place.visible() == ["orders: (2,b)"])
        }
    }

    @Test func `keep who may do what, and get no more`() async throws {
        let readers = "ferry_reader_of_\(UInt32.random(in: 0...UInt32.max))"
        try await PostgresUnderTest.with(
            """
            create role \(readers); create table crm.orders (id int);
            grant select, insert on crm.orders to \(readers) with grant option;
            alter default privileges in schema crm grant select on tables to public;
            """
        ) { place in
            let grants = """
                select distinct concat_ws(' ', coalesce(r.rolname, 'public'), a.privilege_type,
                                          a.is_grantable)
                  from pg_class as c, aclexplode(c.relacl) as a left join pg_roles as r
                       on r.oid = a.grantee
                 where c.relname = 'orders' and a.grantee <> c.relowner order by 1
                """
            try await Self.rows.deliver(to: place.connect())

            #expect(
                try await place.texts(grants) == ["\(readers) INSERT t", "\(readers) SELECT t"])
            try await place.eyes.run(
                """
                drop owned by \(readers); drop role \(readers);
                """)
        }
    }

    @Test func `are refused where a view, a foreign key or a policy depends on them`() async throws
    {
        let table = "create table crm.orders (id bigint primary key);"
        #expect(
            try await refusal(table + "create view public.v as select id from crm.orders").contains(
                """
                "crm.orders" is not allowed: other objects depend on a table to replace: \
                view public.v depends on table crm.orders. Choose the mode "truncate"
                """))
        #expect(
            try await refusal(table + "create table public.l (o bigint references crm.orders)")
                .contains("constraint l_o_fkey on table public.l depends on table crm.orders"))
        #expect(
            try await refusal(table + "alter table crm.orders enable row level security").contains(
                "it has row-level security, which a new table would not have"))
        #expect(
            try await refusal("create view crm.orders as select 1").contains(
                "it is not an independent table"))
    }

    @Test func `are refused where others would lose them`() async throws {
        #expect(
            try await refusal(
                "create table crm.orders (id bigint, note text) partition by range (id)"
            ).contains("it has partitions, which a new table would not have. Choose the mode"))
        #expect(
            try await refusal(
                "create table public.all_orders (id int);"
                    + "create table crm.orders () inherits (public.all_orders)"
            ).contains("it inherits from a table, which a new one would not"))
        #expect(
            try await refusal(
                """
                create table crm.orders (id int);
                create publication "to the shop" for table crm.orders
                """
            ).contains("publication \"to the shop\" contains it, but would not contain a new table")
        )
    }

    @Test func `are those of the last run when several deliver at once`() async throws {
        try await PostgresUnderTest.with { place in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for run in 1...4 as ClosedRange<Int64> {
                    group.addTask {
                        var rows = Self.rows
                        rows.run = run
                        rows.parts[0].text = "\(run)\ta\n"
                        try await rows.stage(at: place.connect())
                        do {
                            try await place.connect().publish(rows.publication())
                        } catch let error as DestinationError where error.code == "overtaken" {
                            // A later run was first: tables never go back.
                        }
                    }
                }
                try await group.waitForAll()
            }

            #expect(try await place.deliveries().last == "4")
            #expect(try await place.visible() == ["orders: (4,a)"])
        }
    }

    @Test func `can be read while the new ones are filled`() async throws {
        try await PostgresUnderTest.with("create table crm.orders (id int)") { place in
            let reader = try await Connection.connect(ConnectionOptions(place.url))
            try await reader.run("begin; select * from crm.orders")
            let steps = Steps()
            let error = await #expect(throws: DestinationError.self) {
                try await Self.rows.deliver(
                    to: place.connect(lockTimeout: .milliseconds(200)) { steps.add($0) })
            }
            #expect(error?.code == "destination_unavailable")
            #expect(steps.all.contains("publish.fill") && steps.all.last == "publish.drop_old")
            await reader.close()

            try await place.connect().publish(Self.rows.publication())
            #expect(try await place.visible() == ["orders: (1,a)"])
        }
    }
}
