import Foundation
import Lifecycle
public import Postgres

/// Applies claimed commands inside the transaction that claimed them.
struct BatchApplier: Sendable {
    let facts: FactFinder
    let retry: RetryPolicy

    /// Applies all of them together; should the database refuse what one of them wrote, each by
    /// itself, so that none spoils its neighbours.
    ///
    /// - Throws: ``BatchRefused``, `PostgresError`.
    func apply(_ commands: [ClaimedCommand], _ connection: isolated Connection) async throws {
        do {
            do {
                try await together(commands, connection)
            } catch PostgresError.server(let error) where !error.isCollision {
                try await connection.run("ROLLBACK TO SAVEPOINT batch")
                if commands.count == 1 {
                    try await giveUp(commands[0], "\(error)", connection)
                } else {
                    try await oneByOne(commands, connection)
                }
            }
        } catch PostgresError.server(let error) where !error.isCollision {
            throw BatchRefused(reason: error)
        }
    }

    private func oneByOne(
        _ commands: [ClaimedCommand], _ connection: isolated Connection
    ) async throws {
        var waiting: Set<Int64> = []
        for command in commands where !waiting.contains(command.lane) {
            do {
                waiting.formUnion(try await together([command], connection))
            } catch PostgresError.server(let error) where !error.isCollision {
                try await connection.run("ROLLBACK TO SAVEPOINT batch")
                try await giveUp(command, "\(error)", connection)
                waiting.insert(command.lane)
            }
        }
    }

    /// Writes that a command could not be carried out this time; should the database refuse even
    /// that, only that it is to be tried again.
    private func giveUp(
        _ command: ClaimedCommand, _ reason: String, _ connection: isolated Connection
    ) async throws {
        do {
            var result = BatchResult()
            try result.troubled(command, by: reason, retry)
            try await save(result, changes: nil, connection)
        } catch PostgresError.server(let error) where !error.isCollision {
            try await connection.run("ROLLBACK TO SAVEPOINT batch")
            var result = BatchResult()
            result.postponed(
                command, by: "\(reason); nor could that be recorded: \(error)", retry)
            _ = try await connection.pipeline([try result.ends()])
        }
    }

    /// - Returns: The lanes that wait for another attempt of their first command.
    @discardableResult
    private func together(
        _ commands: [ClaimedCommand], _ connection: isolated Connection
    ) async throws -> Set<Int64> {
        let encoder = JSONEncoder()
        let references = try encoder.encode(CommandReferences(commands))
        let loaded = try await connection.pipeline([
            Statement("SAVEPOINT batch"),
            Statement(
                "select ferry_state.load_world($1::jsonb, $2)",
                [
                    .text(String(decoding: references, as: UTF8.self)),
                    Value(Array(Set(commands.map(\.envelope.actor)))),
                ]),
        ])
        let text = try loaded[1].first?[0].string() ?? "{}"
        var world = try JSONDecoder().decode(World.self, from: Data(text.utf8))

        var result = BatchResult()
        var waiting: Set<Int64> = []
        var unavailable: [Fact: FactUnavailable] = [:]
        for claimed in commands where !waiting.contains(claimed.lane) {
            do {
                switch try await decision(on: claimed, &world, &unavailable, connection) {
                case .success(let events): try result.applied(claimed, events)
                case .failure(let rejection): try result.rejected(claimed, rejection)
                }
            } catch let trouble as FactUnavailable {
                try result.troubled(claimed, by: trouble.reason, retry)
                waiting.insert(claimed.lane)
            }
        }
        try await save(result, changes: world.changes(), connection)
        return waiting
    }

    /// Decides one command, looking up the facts that its rules ask for.
    private func decision(
        on claimed: ClaimedCommand, _ world: inout World,
        _ unavailable: inout [Fact: FactUnavailable], _ connection: isolated Connection
    ) async throws -> Result<[Event], Rejection> {
        let command: Command
        switch claimed.command {
        case .success(let understood): command = understood
        case .failure(let rejection): return .failure(rejection)
        }
        while true {
            switch decide(command, from: claimed.envelope, &world) {
            case .applied(let events): return .success(events)
            case .rejected(let rejection): return .failure(rejection)
            case .needs(let fact):
                // Looked for once a batch: a database that is down may cost the whole connect
                // timeout each time, while the batch holds its locks.
                if let known = unavailable[fact] { throw known }
                do {
                    let (facts, current) = (facts, world)
                    let value = try await connection.keepingTransaction { connection in
                        try await facts.find(fact, in: current, connection)
                    }
                    world.learn(fact, value)
                } catch let trouble as FactUnavailable {
                    unavailable[fact] = trouble
                    throw trouble
                }
            }
        }
    }

    private func save(
        _ result: BatchResult, changes: Changes?, _ connection: isolated Connection
    ) async throws {
        // One round trip. Deletions and new objects first: should they fail, nothing was noted.
        _ = try await connection.pipeline(
            [try changes?.statement()].compactMap { $0 } + result.statements())
    }
}

/// The database refused even to note that commands are to be tried again. Nothing of their batch
/// has happened; the connection can be used again.
public struct BatchRefused: Error {
    public let reason: ServerError
}

extension ServerError {
    /// Whether two transactions were in each other's way: no fault of any command, and gone with
    /// the next attempt of the whole batch.
    var isCollision: Bool { sqlState == "40P01" || sqlState == "40001" }
}
