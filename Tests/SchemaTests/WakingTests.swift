import Postgres
import TestSupport
import Testing

@Suite("The INSERT of a command", .timeLimit(.minutes(15)))
struct WakingTests {
    @Test func `notifies only sleeping workers`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let listener = try await database.connect()
            let signals = try await listener.listen(["ferry_commands"])
            let heard = Task { () -> [String] in
                var payloads: [String] = []
                for try await signal in signals {
                    payloads.append(signal.payload)
                    if signal.payload == "end" { break }
                }
                return payloads
            }
            func step(_ name: String) async throws {
                try await alice.create(name)
                try await alice.run("select pg_notify('ferry_commands', '\(name)')")
            }

            try await step("before the first worker")
            let worker = try await DutyWorker.register(database)
            _ = try await worker.connection.applyAll()
            try await step("asleep")
            let other = try await DutyWorker.register(database)
            try await worker.leave()
            try await step("one of two left")
            try await other.leave()
            try await step("all left")
            let next = try await DutyWorker.register(database)
            _ = try await next.connection.applyAll()
            try await step("end")

            #expect(
                try await heard.value == [
                    "before the first worker", "", "asleep", "", "one of two left", "all left",
                    "", "end",
                ])
        }
    }
}
