import Destinations
import Formats
import Testing

@Suite("The rehearsal of a publication to PostgreSQL", .timeLimit(.minutes(15)))
struct PostgresRehearsalTests {
    private static let existing = """
        create table crm.orders (id bigint, note text); insert into crm.orders values (0, 'old');
        create table crm.customers (id int)
        """

    @Test(arguments: TableMode.allCases)
    func `changes nothing, and does not block`(mode: TableMode) async throws {
        try await PostgresUnderTest.with(mode == .create ? "" : Self.existing) { place in
            let sample = TableDelivery.sample(mode: mode)
            try await sample.stage(at: place.connect())
            let before = try await place.visible()

            try await place.connect().rehearse(sample.publication())

            #expect(try await place.visible() == before)
            #expect(try await place.deliveries() == [])
            try await place.connect().publish(sample.publication())
            #expect(try await place.visible() == TableDelivery.sampleVisible)
        }
    }

    @Test(arguments: TableMode.allCases)
    func `reports why publishing would be rejected`(mode: TableMode) async throws {
        let script =
            switch mode {
            case .create: "create table crm.orders (id int)"
            case .truncate: "create table crm.orders (id int)"
            case .replace: Self.existing + "; create view crm.v as select id from crm.orders"
            }
        try await PostgresUnderTest.with(script) { place in
            let sample = TableDelivery.sample(mode: mode)
            try await sample.stage(at: place.connect())
            let before = try await place.visible()

            let error = await #expect(throws: DestinationError.self) {
                try await place.connect().rehearse(sample.publication())
            }

            #expect(error?.disposition == .discard)
            #expect(try await place.visible() == before)
        }
    }
}
