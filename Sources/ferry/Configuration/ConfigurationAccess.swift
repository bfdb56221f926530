import ConfigurationFiles
import Foundation
import Postgres
import Values
import Watching

/// Reads the configuration of an environment, and configuration files.
struct ConfigurationAccess {
    var environment: String
    var connection: Connection

    /// Connects to the database, whose schema must be this program's.
    init(environment: String?) async throws {
        self.environment = environment ?? "production"
        connection = try await QueueDatabase.connect()
        try await QueueDatabase.checkSchema(connection)
    }

    /// The current configuration, and the kinds of objects that a file cannot hold.
    func current() async throws -> (configuration: Configuration, others: [String]) {
        let rows = try await connection.query(
            """
            select kind, destination, name, definition::text
              from ferry.configuration where environment = $1
            """, [.text(environment)])
        var objects: [DefinedObject] = []
        var others: Set<String> = []
        for row in rows {
            guard let kind = ConfiguredKind(rawValue: try row[0].string()),
                case .object(let definition)? = JSONValue(json: try row[3].string())
            else {
                others.insert(try row[0].string())
                continue
            }
            objects.append(
                DefinedObject(
                    kind, destination: try row[1].optionalString(), name: try row[2].string(),
                    definition: definition))
        }
        return (Configuration(objects), others.sorted())
    }

    /// The changes that make the configuration equal to the file.
    ///
    /// - Parameters:
    ///   - path: What messages call the file; `-` is the standard input.
    ///   - bytes: What it holds.
    func plan(_ path: String, _ bytes: Data, prunes: Bool) async throws -> ConfigurationPlan {
        do {
            return try ConfigurationPlan(
                from: try await current().configuration, to: try ConfigurationFile(bytes: bytes),
                drafts: try await drafts(), prunes: prunes)
        } catch let invalid as InvalidConfiguration {
            throw InvalidConfigurationFile(path: path, problems: invalid.problems)
        }
    }

    /// The prefix of the idempotency keys of an apply's commands, by which they are recognized.
    static let keyPrefix = "ferry apply "

    /// The data exports that have a draft.
    ///
    /// A draft belongs to an apply if only commands of applies opened and changed it, as far as the
    /// reader may see them: its own, or all. The events are searched from a day before the last
    /// change on, as they can be found only by their time.
    private func drafts() async throws -> [OpenDraft] {
        try await connection.query(
            """
            with draft as materialized (
                select id, name, coalesce(draft_opened_by, created_by) as opened_by, changed_at
                  from ferry.data_exports where environment = $1 and status <> 'active'
            ),
            event as materialized (
                select e.id, e.object_id, e.command_id,
                       max(e.id) filter (where e.event in ('data_export_created', 'draft_opened'))
                           over (partition by e.object_id) as opening
                  from ferry.events as e
                 where e.object_kind = 'data_export'
                   and e.object_id = any (array(select id from draft))
                   and e.at >= (select min(changed_at) from draft) - interval '1 day'
            )
            select d.name, d.opened_by, coalesce((
                select bool_and(coalesce(starts_with(c.idempotency_key, $2), false))
                  from event as e
                  left join lateral (
                      select idempotency_key from ferry.commands where id = e.command_id limit 1
                  ) as c on true
                 where e.object_id = d.id and e.id >= e.opening), false) as is_of_apply
              from draft as d
            """, [.text(environment), .text(Self.keyPrefix)]
        ).map { row in
            OpenDraft(
                try row["name"].string(), openedBy: try row["opened_by"].string(),
                isOfApply: try row["is_of_apply"].bool())
        }
    }

    /// The unfinished commands of applies, which may still change the environment: an apply that
    /// was killed leaves them behind.
    func unfinished() async throws -> [Int64] {
        try await connection.query(
            """
            select id from ferry.unfinished_commands
             where environment = $1 and starts_with(idempotency_key, $2) order by id
            """, [.text(environment), .text(Self.keyPrefix)]
        ).map { try $0[0].int64() }
    }

    /// - Parameter path: `-` is the standard input.
    static func bytes(of path: String) throws -> Data {
        let data =
            path == "-"
            ? FileHandle.standardInput.readDataToEndOfFile()
            : FileManager.default.contents(atPath: path)
        guard let data else { throw Failure(.notFound, "cannot read file \(path)") }
        return data
    }
}

/// A configuration file with all its problems.
struct InvalidConfigurationFile: Error {
    var path: String
    var problems: [ConfigurationProblem]

    /// `ferry.yaml:7:5: …`, a line for each problem, with its hint below.
    var text: String {
        let name = path == "-" ? "standard input" : shown(path)
        return problems.map { problem in
            "\(name):\(problem.place.line):\(problem.place.column): \(problem.message)\n"
                + (problem.hint.map { "hint: \($0)\n" } ?? "")
        }.joined()
            + "ferry: \(Quantity.plural(Int64(problems.count), "problem")); nothing was done\n"
    }
}
