import Formats
import Postgres
import TestSupport
import Testing

@testable import Destinations

/// It arrives as numbers, since its text means something else under each locale; the target has
/// two decimals here.
@Suite("Money that goes into a table", .timeLimit(.minutes(15)))
struct MoneyDeliveryTests {
    private func delivery(_ text: String, mode: TableMode) -> TableDelivery {
        var delivery = TableDelivery.of(
            "prices", [("amount", "money"), ("amounts", "money[]")], text, mode: mode)
        delivery.parts[0].columns[0].readAs = "pg_catalog.numeric"
        delivery.parts[0].columns[1].readAs = "pg_catalog.numeric[]"
        return delivery
    }

    @Test(arguments: [TableMode.create, .replace, .truncate])
    func `is the same amount there`(mode: TableMode) async throws {
        let there = mode == .create ? "" : "create table crm.prices (amount money, amounts money[])"
        try await PostgresUnderTest.with(there) { place in
            try await delivery("1234\t{0.1,-5}\n12.50\t\\N\n", mode: mode)
                .deliver(to: place.connect())

            let amounts = try await place.texts(
                """
                select concat_ws(' ', amount::numeric, amounts::numeric[]) from crm.prices
                 order by 1
                """)
            #expect(amounts == ["12.50", "1234.00 {0.10,-5.00}"])
        }
    }

    @Test(arguments: [TableMode.create, .replace, .truncate], ["12.345\t\\N\n", "1\t{0.001}\n"])
    func `is refused where the target has too few decimals`(mode: TableMode, text: String)
        async throws
    {
        let there = mode == .create ? "" : "create table crm.prices (amount money, amounts money[])"
        try await PostgresUnderTest.with(there) { place in
            let error = await #expect(throws: DestinationError.self) {
                try await delivery(text, mode: mode).deliver(to: place.connect())
            }
            #expect("\(error, default: "")".contains("has fewer decimal places there"))
        }
    }

    @Test func `goes into a column of numbers as it is`() async throws {
        try await PostgresUnderTest.with(
            "create table crm.prices (amount numeric, amounts numeric[])"
        ) {
            place in
            try await delivery("12.345\t{0.001}\n", mode: .truncate).deliver(to: place.connect())

            #expect(try await place.visible() == ["prices: (12.345,{0.001})"])
        }
    }
}
