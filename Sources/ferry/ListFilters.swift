import ArgumentParser
import Postgres

struct EnvironmentFilter: ListFilter {
    @Option(help: "Only this environment.", completion: .names(of: .environment))
    var environment: String?

    var conditions: [(String, Value)] {
        environment.map { [("v.environment = $?", .text($0))] } ?? []
    }
}

struct NoFilter: ListFilter {
    var conditions: [(String, Value)] { [] }
}

struct RunsFilter: ListFilter {
    @Option(help: "Only runs of this data export.")
    var export: String?

    @Option(help: "Only runs in this state, for example failed.")
    var state: String?

    @Option(help: "Only this environment.", completion: .names(of: .environment))
    var environment: String?

    var conditions: [(String, Value)] {
        var conditions: [(String, Value)] = []
        if let export { conditions.append(("v.data_export_key = lower($?)", .text(export))) }
        if let state { conditions.append(("v.state = $?", .text(state))) }
        if let environment { conditions.append(("v.environment = $?", .text(environment))) }
        return conditions
    }
}

struct CommandsFilter: ListFilter {
    @Option(help: "Only commands in this state, for example rejected.")
    var state: String?

    @Option(help: "Only this environment.", completion: .names(of: .environment))
    var environment: String?

    var view: String? {
        switch state {
        case nil, "applied": nil
        case "rejected", "failed", "canceled": "ferry.unsuccessful_commands"
        default: "ferry.unfinished_commands"
        }
    }

    var conditions: [(String, Value)] {
        var conditions: [(String, Value)] = []
        if let state { conditions.append(("v.state = $?", .text(state))) }
        if let environment { conditions.append(("v.environment = $?", .text(environment))) }
        return conditions
    }
}

struct EventsFilter: ListFilter {
    @Option(help: "Only events of this run.")
    var run: Int64?

    @Option(help: "Only events of this command.")
    var command: Int64?

    var conditions: [(String, Value)] {
        var conditions: [(String, Value)] = []
        if let run { conditions.append(("v.run_id = $?", .int(run))) }
        if let command { conditions.append(("v.command_id = $?", .int(command))) }
        return conditions
    }
}

struct OneRun: ListFilter {
    @Argument(help: "The id of the run.")
    var run: Int64

    var conditions: [(String, Value)] { [("v.run_id = $?", .int(run))] }

    var missing: (query: String, failure: Failure)? {
        (
            "select from ferry.runs where id = $1",
            Failure(.notFound, "there is no run \(run)", hint: "see `ferry runs`")
        )
    }
}

struct AlertDeliveriesFilter: ListFilter {
    @Option(help: "Only messages of this alert.")
    var alert: String?

    @Option(help: "Only messages about this run.")
    var run: Int64?

    @Option(help: "Only messages in this state, for example failed.")
    var state: String?

    @Option(help: "Only this environment.", completion: .names(of: .environment))
    var environment: String?

    var conditions: [(String, Value)] {
        var conditions: [(String, Value)] = []
        if let alert { conditions.append(("lower(v.alert) = lower($?)", .text(alert))) }
        if let run { conditions.append(("v.run_id = $?", .int(run))) }
        if let state { conditions.append(("v.state = $?", .text(state))) }
        if let environment { conditions.append(("v.environment = $?", .text(environment))) }
        return conditions
    }
}
