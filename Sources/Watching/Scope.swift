import Postgres

/// The watched objects.
public enum Scope: Sendable, Hashable {
    case everything
    /// A data export by name, whatever its case, with its runs.
    case export(String)
    case run(Int64)
    case command(Int64)

    /// An SQL condition on events `e`, with at most one parameter, `number`.
    func eventCondition(parameter number: Int) -> String {
        switch self {
        case .everything: "true"
        case .export:
            """
            (e.object_kind = 'data_export' and lower(e.object_name) = lower($\(number)))
              or exists (select from ferry.runs as r
                          where r.id = e.run_id and lower(r.data_export) = lower($\(number)))
            """
        case .run:
            "e.run_id = $\(number) or (e.object_kind = 'run' and e.object_id = $\(number))"
        case .command:
            "e.command_id = $\(number) or (e.object_kind = 'command' and e.object_id = $\(number))"
        }
    }

    /// An SQL condition on runs `r`, with at most one parameter, `$1`.
    var runCondition: String {
        switch self {
        case .everything: "true"
        case .export: "r.data_export_key = lower($1)"
        // A run bears the id of the command that started it.
        case .run, .command: "r.id = $1"
        }
    }

    var parameters: [Value] {
        switch self {
        case .everything: []
        case .export(let name): [.text(name)]
        case .run(let id), .command(let id): [.int(id)]
        }
    }
}
