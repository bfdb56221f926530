import Testing
import Values

@Suite("A civil day")
struct CivilDayTests {
    @Test(arguments: [
        (0, 1970, 1, 1), (10_957, 2000, 1, 1), (19_782, 2024, 2, 29), (-719_162, 1, 1, 1),
        (-719_163, 0, 12, 31), (-2_440_588, -4713, 11, 24), (2_145_042_905, 5_874_897, 12, 31),
    ])
    func `has one number and one date`(number: Int, year: Int, month: Int, day: Int) {
        let civil = CivilDay(number)

        #expect(civil.year == year && civil.month == month && civil.day == day)
        #expect(CivilDay(year: year, month: month, day: day).number == number)
    }

    @Test func `is the next one where a month has no such day`() {
        #expect(CivilDay(year: 2025, month: 4, day: 31).text == "2025-05-01")
    }
}
