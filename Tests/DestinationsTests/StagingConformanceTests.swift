import Destinations
import Testing

/// What every kind of destination promises about its staging; see ``DestinationAdapter``.
@Suite("Every destination's staging", .timeLimit(.minutes(15)))
struct StagingConformanceTests {
    @Test(arguments: KindUnderTest.allCases)
    func `discards a run's staging but for the tokens to keep`(kind: KindUnderTest) async throws {
        let place = try kind.make()
        let destination = place.connect()
        for (run, token) in [(1, 1), (1, 2), (1, 3), (2, 4)] as [(Int64, Int64)] {
            let writer = try await destination.stage(
                StagedDelivery(run: run, token: token), file: "a.csv")
            _ = try writer.finish()
        }

        try await destination.discard(run: 1, exceptTokens: [2])
        #expect(try place.staged() == [".staging/1/2/a.csv", ".staging/2/4/a.csv"])

        try await destination.discard(run: 1, exceptTokens: [])
        try await destination.discard(run: 77, exceptTokens: [])
        #expect(try place.staged() == [".staging/2/4/a.csv"])
    }

    @Test(arguments: KindUnderTest.allCases)
    func `discards what was staged under a range of tokens and nothing else`(
        kind: KindUnderTest
    ) async throws {
        let place = try kind.make()
        let destination = place.connect()
        for token in [1, 2, 3] as [Int64] {
            let writer = try await destination.stage(
                StagedDelivery(run: 1, token: token), file: "a.csv")
            _ = try writer.finish()
        }

        try await destination.discard(run: 1, tokens: Int64.min...2)
        try await destination.discard(run: 77, tokens: Int64.min...2)

        #expect(try place.staged() == [".staging/1/3/a.csv"])
    }

    @Test(arguments: KindUnderTest.allCases)
    func `lists the runs with staged files`(kind: KindUnderTest) async throws {
        let place = try kind.make()
        let destination = place.connect()
        #expect(try await destination.stagedRuns() == [])
        for (run, token) in [(1, 1), (1, 2), (2, 3)] as [(Int64, Int64)] {
            let writer = try await destination.stage(
                StagedDelivery(run: run, token: token), file: "a.csv")
            _ = try writer.finish()
        }
        // A folder may be all that is left of a run.
        try await destination.stage(StagedDelivery(run: 4, token: 4), file: "a.csv").abandon()

        #expect(try await destination.stagedRuns() == (place.hasFolders ? [1, 2, 4] : [1, 2]))
        try await destination.discard(run: 1, tokens: 1...1)
        try await destination.discard(run: 2, exceptTokens: [])
        try await destination.discard(run: 4, tokens: 4...4)

        #expect(try await destination.stagedRuns() == [1])
    }
}
