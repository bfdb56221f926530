import Foundation
import Lifecycle
public import Postgres

/// Looks again and again at what the data exports of each sandbox send, and writes down what is
/// wrong: a table that is gone is known before anybody promotes.
public struct SandboxValidator: Sendable {
    private let facts: FactFinder
    private let interval: Duration

    /// - Parameter interval: How often each sandbox is looked at, by whichever worker.
    public init(facts: FactFinder, interval: Duration) {
        self.facts = facts
        self.interval = interval
    }

    /// Checks one sandbox whose turn it is.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: `PostgresError`.
    public func checkNext(_ connection: Connection) async throws -> Bool {
        let claimed = try await connection.query(
            "select ferry_state.claim_sandbox_check(make_interval(secs => $1::float8))",
            [.double(interval / .seconds(1))])
        guard let name = try claimed.first?[0].optionalString() else { return false }
        let loaded = try await connection.query(
            "select ferry_state.sandbox_world($1)", [.text(name)])
        let text = try loaded.first?[0].optionalString() ?? "{}"
        let world = try JSONDecoder().decode(World.self, from: Data(text.utf8))
        // It may be gone by now.
        guard let check = SandboxCheck(of: name, in: world) else { return true }

        let problems = check.problems(try await catalogs(check, world))
        let json = String(decoding: try JSONEncoder().encode(problems), as: UTF8.self)
        _ = try await connection.query(
            "select ferry_state.save_sandbox_problems($1, $2::jsonb)",
            [.int(check.sandbox.id), .text(json)])
        return true
    }

    private func catalogs(
        _ check: SandboxCheck, _ world: World
    ) async throws -> [Int64: FactValue] {
        var found: [Int64: FactValue] = [:]
        for database in check.databases {
            found[database.id] = try await facts.lookUp(
                .currentCatalog(databaseID: database.id), in: world)
        }
        return found
    }
}
