import ArgumentParser
import Foundation
import Lifecycle
import Locks
import Postgres

/// A kind of object that is given by name on the command line.
enum NamedKind: Sendable {
    case database, dataExport, destination, dataTemplate, orchestration, orchestrationGroup, alert,
        sandbox, environment
    /// A credential of one kind of the running workers.
    case credential(String)
    /// The same of any kind.
    case anyCredential

    /// The kind that an argument of a command names; nil if it names no object.
    init?(argument: String, of definition: CommandDefinition) {
        switch argument {
        case "name":
            switch definition.lane {
            case .database: self = .database
            case .dataExport: self = .dataExport
            case .destination: self = .destination
            case .dataTemplate: self = .dataTemplate
            case .orchestration: self = .orchestration
            case .alert: self = .alert
            case .orchestrationGroup: self = .orchestrationGroup
            case .sandbox: self = .sandbox
            default: return nil
            }
        case "database": self = .database
        case "data_export": self = .dataExport
        case "destination": self = .destination
        case "after": self = .orchestrationGroup
        case "data_template": self = .dataTemplate
        case "orchestration": self = .orchestration
        default: return nil
        }
    }

    /// The names in the environment `$1`.
    fileprivate var query: String {
        switch self {
        case .database: Self.names(in: "ferry.databases")
        case .dataExport: Self.names(in: "ferry.data_exports")
        case .destination: Self.names(in: "ferry.destinations")
        case .dataTemplate: Self.names(in: "ferry.data_templates")
        case .orchestration: Self.names(in: "ferry.orchestrations")
        case .alert: Self.names(in: "ferry.alerts")
        case .orchestrationGroup: Self.names(in: "ferry.orchestration_groups")
        case .sandbox: "select name from ferry.sandboxes where $1::text is not null order by 1"
        case .anyCredential:
            """
            select distinct name from ferry.credentials
             where $1::text is not null order by 1 limit 10000
            """
        case .credential(let kind):
            // Those of workers belong to no environment.
            """
            select name from ferry.credentials
             where $1::text is not null and kind = \(quoteLiteral(kind)) order by 1 limit 10000
            """
        case .environment:
            """
            select 'production' where $1::text is not null
             union all select name from ferry.sandboxes
             order by 1
            """
        }
    }

    private static func names(in view: String) -> String {
        "select distinct name from \(view) where environment = $1 order by name limit 10000"
    }
}

/// The names of the objects that are visible to the reader.
enum ObjectNames {
    /// - Returns: None when they cannot be read.
    static func all(
        _ kind: NamedKind, _ environment: String, _ connection: Connection
    ) async -> [String] {
        let rows = try? await connection.query(kind.query, [.text(environment)])
        return rows?.compactMap { try? $0[0].string() } ?? []
    }

    /// The shell's completions: none after two seconds, or after any error.
    static func completions(_ kind: NamedKind, _ words: [String]) async -> [String] {
        // The program ends with the answer, and so does a query that takes longer.
        await withCheckedContinuation { continuation in
            let answer = FirstAnswer(continuation)
            Task { answer.give(await completions(kind, in: environment(of: words))) }
            Task {
                try? await Task.sleep(for: .seconds(2))
                answer.give([])
            }
        }
    }

    private static func completions(_ kind: NamedKind, in environment: String) async -> [String] {
        guard let connection = try? await QueueDatabase.connect() else { return [] }
        return await all(kind, environment, connection).filter(isPlain)
    }

    private static func environment(of words: [String]) -> String {
        guard let place = words.firstIndex(of: "--environment"), place + 1 < words.count,
            !words[place + 1].isEmpty
        else { return "production" }
        return words[place + 1]
    }

    /// Shells expand completions: a name with `$(…)` in it must not get there.
    private static func isPlain(_ name: String) -> Bool {
        name.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || " -_.,/@+".unicodeScalars.contains(scalar)
        }
    }
}

/// Passes on the first of several answers.
private final class FirstAnswer: Sendable {
    private let continuation: Locked<CheckedContinuation<[String], Never>?>

    init(_ continuation: CheckedContinuation<[String], Never>) {
        self.continuation = Locked(continuation)
    }

    func give(_ names: [String]) {
        continuation.withLock {
            $0?.resume(returning: names)
            $0 = nil
        }
    }
}

extension CompletionKind {
    /// The names of objects, read from the database.
    static func names(of kind: NamedKind) -> CompletionKind {
        .custom { words, _, _ in await ObjectNames.completions(kind, words) }
    }
}
