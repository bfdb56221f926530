import Destinations
import Testing

@Suite("The staging of a PostgreSQL destination", .timeLimit(.minutes(15)))
struct PostgresStagingTests {
    private func stage(
        _ place: PostgresUnderTest, run: Int64, token: Int64, _ text: String = "1\n"
    ) async throws {
        var delivery = TableDelivery.of("t", [("n", "integer")], text, run: run)
        delivery.parts[0].token = token
        try await delivery.stage(at: place.connect())
    }

    @Test func `discards a run's tables but for the tokens to keep`() async throws {
        try await PostgresUnderTest.with { place in
            for (run, token) in [(1, 1), (1, 2), (1, 3), (2, 4)] as [(Int64, Int64)] {
                try await stage(place, run: run, token: token)
            }

            try await place.connect().discard(run: 1, exceptTokens: [2])
            #expect(try await place.staged() == ["1/2/t", "2/4/t"])

            try await place.connect().discard(run: 1, exceptTokens: [])
            try await place.connect().discard(run: 77, exceptTokens: [])
            #expect(try await place.staged() == ["2/4/t"])
        }
    }

    @Test func `discards what was staged under a range of tokens and nothing else`() async throws {
        try await PostgresUnderTest.with { place in
            try await place.connect().discard(run: 1, tokens: Int64.min...2)  // nothing is there
            for token in [1, 2, 3] as [Int64] { try await stage(place, run: 1, token: token) }

            try await place.connect().discard(run: 1, tokens: Int64.min...2)

            #expect(try await place.staged() == ["1/3/t"])
        }
    }

    @Test func `lists the runs with staged files`() async throws {
        try await PostgresUnderTest.with { place in
            #expect(try await place.connect().stagedRuns() == [])
            for (run, token) in [(1, 1), (1, 2), (2, 3)] as [(Int64, Int64)] {
                try await stage(place, run: run, token: token)
            }

            #expect(try await place.connect().stagedRuns() == [1, 2])
            try await place.connect().discard(run: 2, exceptTokens: [])
            #expect(try await place.connect().stagedRuns() == [1])
        }
    }

    @Test func `replaces what the same token left, and drops what is abandoned`() async throws {
        try await PostgresUnderTest.with { place in
            try await stage(place, run: 1, token: 1, "1\n2\n3\n")
            try await stage(place, run: 1, token: 1, "4\n")
            let delivery = TableDelivery.of("u", [("n", "integer")], "", run: 1)
            let abandoned = try await delivery.open(delivery.parts[0], at: place.connect())
            try abandoned.write(Array("1\n".utf8))
            abandoned.abandon()
            // Released immediately.
            _ = try await delivery.open(delivery.parts[0], at: place.connect())

            #expect(try await place.staged() == ["1/1/t"])
            #expect(
                try await place.texts("select rows::text from ferry_staging.staged_tables")
                    == ["1"])
        }
    }

    @Test func `discards more tables than one transaction should lock`() async throws {
        try await PostgresUnderTest.with { place in
            let parts = (1...120).map { number in
                var part = TableDelivery.of("t", [("n", "integer")], "1\n").parts[0]
                part.file = "t\(number)"
                return part
            }
            try await TableDelivery(parts).stage(at: place.connect())
            #expect(try await place.staged().count == 120)

            try await place.connect().discard(run: 42, exceptTokens: [])

            #expect(try await place.staged() == [])
        }
    }

    @Test func `keeps names apart however long they are`() async throws {
        try await PostgresUnderTest.with { place in
            var delivery = TableDelivery.of("t", [("n", "integer")], "1\n")
            delivery.run = .max
            delivery.parts[0].token = .max
            delivery.parts[0].file = String(repeating: "n", count: 200) + "1"
            var other = delivery.parts[0]
            other.file = String(repeating: "n", count: 200) + "2"
            delivery.parts.append(other)

            try await delivery.stage(at: place.connect())

            #expect(try await place.staged().count == 2)
        }
    }
}
