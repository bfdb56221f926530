import ArgumentParser
import ConfigurationFiles
import Foundation
import Postgres
import Watching

extension ExportCommand {
    /// Sends no command: it reads.
    struct Config: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the configuration of an environment as a file, for `ferry apply`.",
            discussion: """
                Example: ferry export config > ferry.yaml

                Drafts are not included. With --output ndjson: the rows of the view \
                ferry.configuration.
                """)

        @Option(
            help: "The environment: production (the default), or a sandbox.",
            completion: .names(of: .environment))
        var environment: String?

        @OptionGroup var format: OutputOptions

        func run() async throws {
            let access = try await ConfigurationAccess(environment: environment)
            switch format.output {
            case .ndjson:
                let rows = try await access.connection.query(
                    """
                    select row_to_json(c)::text from ferry.configuration as c
                     where environment = $1 order by kind, destination, name
                    """, [.text(access.environment)])
                for row in rows {
                    try await Output.line(JSONLines.shielded(try row[0].string()))
                }
            case .table:
                let (configuration, others) = try await access.current()
                try await Output.write(configuration.yaml(environment: access.environment))
                if !others.isEmpty {
                    let line =
                        "ferry: omitted, as a file cannot hold them: "
                        + "\(others.joined(separator: ", "))\n"
                    FileHandle.standardError.write(Data(line.utf8))
                }
            }
            await access.connection.close()
        }
    }
}
