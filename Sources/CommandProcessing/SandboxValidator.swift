import Foundation
import Lifecycle
public import Postgres

/// Checks repeatedly what the data exports of each sandbox send, and records problems: a missing
/// table is known before a promotion.
public struct SandboxValidator: Sendable {
    private let facts: FactFinder
    private let interval: Duration

    /// - Parameter interval: How often each sandbox is checked, across all workers.
    public init(facts: FactFinder, interval: Duration) {
        self.facts = facts
        self.interval = interval
    }

    /// Checks the next due sandbox.
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
        // It may have been deleted.
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
