import ConfigurationFiles
import Foundation
import Lifecycle
import Postgres
import Watching

/// Reads the configuration of an environment, and configuration files.
struct ConfigurationAccess {
    var environment: String
    var connection: Connection

    /// Connects to the database, whose schema must be this program's.
    init(environment: String?) async throws {
        self.environment = environment ?? "production"
        connection = try await Database.connect()
        try await Database.checkSchema(connection)
    }

    /// The configuration as it is, and of which kinds there are objects that a file cannot hold.
    func current() async throws -> (configuration: Configuration, others: [String]) {
        let rows = try await connection.query(
            """
            select kind, destination, name, definition::text
              from ferry.configuration where environment = $1
            """, [.text(environment)])
        var objects: [ConfiguredObject] = []
        var others: Set<String> = []
        for row in rows {
            guard let kind = ConfiguredKind(rawValue: try row[0].string()),
                case .object(let definition)? = JSONValue(json: try row[3].string())
            else {
                others.insert(try row[0].string())
                continue
            }
            objects.append(
                ConfiguredObject(
                    kind, destination: try row[1].optionalString(), name: try row[2].string(),
                    definition: definition))
        }
        return (Configuration(objects), others.sorted())
    }

    /// What is to be done so that it is as the file says.
    ///
    /// - Parameter path: The file; `-` is the standard input.
    func plan(file path: String, prunes: Bool) async throws -> ConfigurationPlan {
        let text = try Self.text(of: path)
        let drafts = try await connection.query(
            "select name from ferry.data_exports where environment = $1 and status <> 'active'",
            [.text(environment)])
        do {
            return try ConfigurationPlan(
                from: try await current().configuration, to: try ConfigurationFile(text),
                drafts: drafts.map { try $0[0].string() }, prunes: prunes)
        } catch let invalid as InvalidConfiguration {
            throw InvalidConfigurationFile(path: path, problems: invalid.problems)
        }
    }

    private static func text(of path: String) throws -> String {
        let data =
            path == "-"
            ? FileHandle.standardInput.readDataToEndOfFile()
            : FileManager.default.contents(atPath: path)
        guard let data else { throw Failure(.notFound, "there is no file \(path) to read") }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Failure(.usage, "\(path) is not text in UTF-8")
        }
        return text
    }
}

/// A configuration file with all that is wrong with it.
struct InvalidConfigurationFile: Error {
    var path: String
    var problems: [ConfigurationProblem]

    /// `ferry.yaml:7:5: …`, a line for each problem, with the way out below it.
    var text: String {
        let name = path == "-" ? "standard input" : Display.escaped(path)
        return problems.map { problem in
            "\(name):\(problem.place.line):\(problem.place.column): \(problem.message)\n"
                + (problem.hint.map { "hint: \($0)\n" } ?? "")
        }.joined()
            + "ferry: \(Quantity.plural(Int64(problems.count), "problem")); nothing was done\n"
    }
}
