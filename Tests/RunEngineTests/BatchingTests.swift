import Testing

@testable import RunEngine

@Suite("The tasks of a run", .timeLimit(.minutes(15)))
struct BatchingTests {
    private func offers(_ sizes: [Int64], parts: Int = 1) -> [ReadOffer] {
        sizes.enumerated().map { index, bytes in
            ReadOffer(
                number: index + 1, task: index + 1, schema: "public", table: "t\(index + 1)",
                part: 1, parts: parts, file: "t\(index + 1).csv", source: "t", columns: [],
                rowsEstimated: 1, bytesEstimated: bytes)
        }
    }

    /// How many reads each task has, in order.
    private func reads(_ offers: [ReadOffer]) -> [Int] {
        Dictionary(grouping: offers.batched(), by: \.task).sorted { $0.key < $1.key }
            .map(\.value.count)
    }

    @Test func `are one for each of few tables`() {
        #expect(reads(offers(Array(repeating: 8192, count: 8))) == Array(repeating: 1, count: 8))
    }

    @Test func `are eight at least where there are as many tables`() {
        #expect(reads(offers(Array(repeating: 8192, count: 24))) == Array(repeating: 3, count: 8))
    }

    @Test func `have at most 64 small tables each`() {
        let counts = reads(offers(Array(repeating: 8192, count: 1000)))

        #expect(counts == Array(repeating: 64, count: 15) + [40])
    }

    @Test func `have at most 8 MiB of small tables each`() {
        let counts = reads(offers(Array(repeating: 1 << 20, count: 200)))

        #expect(counts == Array(repeating: 8, count: 25))
    }

    @Test func `are one for each table larger than 1 MiB, and for each part of one`() {
        #expect(reads(offers(Array(repeating: 1 << 20 + 1, count: 20))).allSatisfy { $0 == 1 })
        #expect(
            reads(offers(Array(repeating: 8192, count: 20), parts: 2)).allSatisfy { $0 == 1 })
    }

    @Test func `read neighbours, and bear the number of the first`() {
        var sizes: [Int64] = Array(repeating: 8192, count: 16)
        sizes[3] = 1 << 30

        let tasks = offers(sizes).batched().map(\.task)

        #expect(tasks == [1, 1, 3, 4, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15])
    }
}
