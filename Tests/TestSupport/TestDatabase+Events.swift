import Pages
import Postgres

private let documentedEvents = Result { try DocumentedEvents(Page("docs/events.md")) }

/// Details of an event that are not as `docs/events.md` says.
public struct UndocumentedDetails: Error, CustomStringConvertible {
    public let description: String
}

extension TestDatabase {
    /// Compares the events that a test has left with their documentation.
    ///
    /// Kinds that tests make up are passed over: another test compares the kinds with the code.
    ///
    /// - Throws: ``UndocumentedDetails``
    func checkEvents() async throws {
        let documented = try documentedEvents.get()
        // A test may have left a database that cannot be read any more.
        guard let found = try? await eventKeys() else { return }
        for (kind, keys) in found {
            guard let known = documented.kinds[kind] else { continue }
            let unknown = keys.subtracting(known.map(\.name)).subtracting(documented.common)
            if let key = unknown.min() {
                throw UndocumentedDetails(
                    description: "docs/events.md: \(kind) has no key \"\(key)\"")
            }
            let missing = Set(known.filter { !$0.isOptional }.map(\.name)).subtracting(keys)
            if let key = missing.min() {
                throw UndocumentedDetails(
                    description: "docs/events.md: \"\(key)\" of \(kind) may be missing")
            }
        }
    }

    /// The sets of keys that there are of each kind.
    private func eventKeys() async throws -> [(kind: String, keys: Set<String>)] {
        let connection = try await connect()
        try await connection.run("set lock_timeout = '1 s'")
        let rows = try await connection.query(
            """
            select distinct event, array(select jsonb_object_keys(details) order by 1)
              from ferry_state.events
             where jsonb_typeof(details) = 'object'
            """)
        await connection.close()
        return try rows.map { row in
            (try row[0].string(), Set(try row[1].array().compactMap(\.self)))
        }
    }
}
