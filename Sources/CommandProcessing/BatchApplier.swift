import Foundation
import Lifecycle
import Postgres

/// Applies claimed commands inside the transaction that claimed them.
///
/// Queries only the queue's database: a command that needs an outside fact leaves the batch, and
/// returns with it (``FactLookup``).
struct BatchApplier: Sendable {
    let facts: FactFinder
    let retry: RetryPolicy

    /// Applies them together. If the database rejects a write of one of them, or the data of one is
    /// unreadable, applies them one by one, so that others are not affected.
    ///
    /// Commands after the first one that depends on the whole configuration, or changes rights of
    /// others, stay in the queue for the next batch.
    /// - Parameters:
    ///   - commands: In the order of their ids; at least one.
    ///   - known: The facts that were looked up for them.
    /// - Throws: ``BatchRefused``, `PostgresError`.
    func apply(
        _ commands: [ClaimedCommand], knowing known: Knowledge = Knowledge(),
        _ connection: isolated Connection
    ) async throws -> BatchResult {
        let batch =
            commands[0].isAboutEverything
            ? commands.prefix(1) : commands.prefix { !$0.isAboutEverything }
        do {
            do {
                return try await together(Array(batch), known, connection)
            } catch let error where error.isOfCommand {
                try await connection.run("ROLLBACK TO SAVEPOINT batch")
                if batch.count == 1 {
                    return try await retryLater(batch[0], "\(error)", connection)
                }
                return try await oneByOne(batch, known, connection)
            }
        } catch let error where error.isOfCommand {
            throw BatchRefused(reason: error)
        }
    }

    private func oneByOne(
        _ commands: ArraySlice<ClaimedCommand>, _ known: Knowledge,
        _ connection: isolated Connection
    ) async throws -> BatchResult {
        var all = BatchResult()
        for command in commands {
            do {
                all.note(try await together([command], known, connection))
            } catch let error where error.isOfCommand {
                try await connection.run("ROLLBACK TO SAVEPOINT batch")
                all.note(try await retryLater(command, "\(error)", connection))
            }
        }
        return all
    }

    /// Records that a command failed this time; if the database rejects even that, only that it is
    /// to be retried.
    private func retryLater(
        _ command: ClaimedCommand, _ reason: String, _ connection: isolated Connection
    ) async throws -> BatchResult {
        var result = BatchResult()
        do {
            try result.retryOrFail(command, by: reason, retry)
            try await save(result, changes: nil, connection)
        } catch let error where error.isOfCommand {
            try await connection.run("ROLLBACK TO SAVEPOINT batch")
            result = BatchResult()
            result.snooze(
                command, by: "\(reason); this could not be recorded: \(error)", retry)
            _ = try await connection.pipeline([try result.ends()])
        }
        return result
    }

    private func together(
        _ commands: [ClaimedCommand], _ known: Knowledge,
        _ connection: isolated Connection
    ) async throws -> BatchResult {
        var (world, earlier) = try await load(commands, connection)
        world.learn(known.facts)

        var result = BatchResult()
        for claimed in commands {
            if let first = earlier.first(before: claimed, in: world) {
                result.waiting(claimed, after: first)
                earlier.add(claimed, in: world)
                continue
            }
            switch try await outcome(of: claimed, &world, known, connection) {
            case .applied(let events):
                try result.applied(claimed, events)
                // The others were loaded with the previous rights.
                if claimed.dependencies.target?.kind == .policyAssignment {
                    try await save(result, changes: world.changes(), connection)
                    return result
                }
            case .rejected(let rejection): try result.rejected(claimed, rejection)
            case .needs:
                result.checking(claimed)
                earlier.add(claimed, in: world)
            case .unavailable(let reason):
                try result.retryOrFail(claimed, by: reason, retry)
                earlier.add(claimed, in: world)
            }
        }
        try await save(result, changes: world.changes(), connection)
        return result
    }

    /// The world of a batch, locked, and the commands outside of it that come before some of it.
    func load(
        _ commands: [ClaimedCommand], _ connection: isolated Connection
    ) async throws -> (World, EarlierCommands) {
        let roles = Set(
            commands.flatMap { [RoleName($0.envelope.actor), RoleName($0.envelope.login)] })
        let actors = Value(roles.map(\.text))
        let loading: Statement
        if commands.count == 1, let target = commands[0].dependencies.target,
            target.kind == .sandbox
        {
            loading = Statement(
                "select * from ferry_state.load_configuration($1, $2, $3)",
                [.text(target.key), actors, .int(commands[0].id)])
        } else {
            let references = try JSONEncoder().encode(CommandReferences(commands))
            loading = Statement(
                "select * from ferry_state.load_world($1::jsonb, $2, $3, $4)",
                [
                    .text(String(decoding: references, as: UTF8.self)), actors,
                    Value(commands.map(\.id)), Value(commands.map(\.lane)),
                ])
        }
        let loaded = try await connection.pipeline([Statement("SAVEPOINT batch"), loading])
        guard let row = loaded[1].first else {
            throw PostgresError.decoding("the world of a batch was not loaded")
        }
        let world: World = try UnreadableDocument.decoded(try row[0].string())
        let found: EarlierCommands.Found? = try row[1].optionalString().map {
            try UnreadableDocument.decoded($0)
        }
        let related: [EarlierCommands.Found.Loaded]? = try row[2].optionalString().map {
            try UnreadableDocument.decoded($0)
        }
        return (world, EarlierCommands(found, related ?? [], of: commands))
    }

    /// The result of a command, as far as the queue's database determines it.
    enum Outcome {
        case applied([Event])
        case rejected(Rejection)
        /// It needs an outside fact.
        case needs(Fact)
        /// An outside fact is unavailable now.
        case unavailable(String)
    }

    /// The outside fact that a command needs in this world; nil if it needs none.
    ///
    /// - Returns: The world, too, with the facts of the queue's database for the command.
    func need(
        of claimed: ClaimedCommand, in world: World, _ connection: isolated Connection
    ) async throws -> (Fact?, World) {
        var world = world
        let outcome = try await outcome(of: claimed, &world, Knowledge(), connection)
        guard case .needs(let fact) = outcome else { return (nil, world) }
        return (fact, world)
    }

    /// Decides one command, looking up the facts that the queue's database has.
    private func outcome(
        of claimed: ClaimedCommand, _ world: inout World, _ known: Knowledge,
        _ connection: isolated Connection
    ) async throws -> Outcome {
        let command: ParsedCommand
        switch claimed.command {
        case .success(let understood): command = understood
        case .failure(let rejection): return .rejected(rejection)
        }
        while true {
            switch decide(command, from: claimed.envelope, &world) {
            case .applied(let events): return .applied(events)
            case .rejected(let rejection): return .rejected(rejection)
            case .needs(let fact) where !fact.isOutside:
                world.learn(fact, try await facts.find(fact, connection))
            case .needs(let fact):
                if let reason = known.unavailable { return .unavailable(reason) }
                guard known.isOutOfTime else { return .needs(fact) }
                let reason = "no answer within \(FactLookup.limit.components.seconds) s"
                guard let answer = fact.answer(whenNobodyAnswers: reason) else {
                    return .unavailable(reason)
                }
                world.learn(fact, answer)
            }
        }
    }

    private func save(
        _ result: BatchResult, changes: Changes?, _ connection: isolated Connection
    ) async throws {
        // One round trip. Deletions and new objects first: if they fail, nothing was recorded.
        _ = try await connection.pipeline(
            [try changes?.statement()].compactMap { $0 } + result.statements())
    }
}

/// The database rejected even the record that commands are to be retried. Their batch had no
/// effect; the connection can be used again.
public struct BatchRefused: Error {
    public let reason: any Error
}

extension Error {
    /// Whether the command itself caused the error, by its writes or needs: not errors that could
    /// hit any statement, nor a schema change by another release.
    var isOfCommand: Bool {
        switch self as any Error {
        case PostgresError.server(let error): error.errorClass == .refused
        case PostgresError.decoding, is UnreadableDocument: true
        default: false
        }
    }
}
