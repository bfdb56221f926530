import ArgumentParser
import Migrations
import Postgres
import Values
import Watching

struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove old data, without blocking other sessions.",
        discussion: """
            Run it as the owner of the schema, for example once a day. To have workers do it: \
            ferry setting change retention 400d.

            Keeps everything that is still needed, however old: whatever has not ended, the last \
            run and the last successful run of each orchestration, and the last ten versions of \
            each object.
            """)

    @Option(
        help: ArgumentHelp(
            "Keep data of this many days, for example 400d.", valueName: "days"))
    var keep: String

    @Option(
        help: ArgumentHelp(
            """
            Kinds to remove, separated by commas: \
            \(Pruner.Kind.allCases.map(\.rawValue).joined(separator: ", ")).
            """, valueName: "kinds"))
    var kind: String?

    @Flag(help: "Show what would be removed, without removing it.")
    var dryRun = false

    @OptionGroup var format: OutputOptions

    /// Nil if it is invalid.
    private var days: Int? {
        guard keep.hasSuffix("d"), let days = Int(keep.dropLast()), (1...100_000).contains(days)
        else { return nil }
        return days
    }

    private var kinds: Set<String> {
        guard let kind else { return Set(Pruner.Kind.allCases.map(\.rawValue)) }
        return Set(kind.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
    }

    func validate() throws {
        if days == nil {
            throw ValidationError("--keep must be a number of days, 1 or more, for example 400d")
        }
        for kind in kinds.sorted() where Pruner.Kind(rawValue: kind) == nil {
            throw ValidationError(
                "unknown --kind \"\(kind)\": choose from "
                    + Pruner.Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
    }

    func run() async throws {
        let connection = try await QueueDatabase.connect()
        try await QueueDatabase.checkSchema(connection)
        let pruner = Pruner(connection)
        try await dryRun ? pruner.checkOwner() : pruner.begin()
        let days = days ?? 0
        let time = try await pruner.time(before: days)
        var isAnythingOld = false
        for kind in Pruner.Kind.allCases where kinds.contains(kind.rawValue) {
            if kind == .events {
                for partition in try await pruner.partitions(olderThan: days) {
                    if !dryRun { try await pruner.prune(partition) }
                    try await Output.line(line(partition))
                    isAnythingOld = true
                }
            } else {
                let isShortLived = kind == .plans || kind == .emptiedCommands
                let time = isShortLived ? try await pruner.time(before: 1) : time
                let count = try await pruner.prune(kind, before: time, dryRun: dryRun)
                if count == 0 { continue }
                try await Output.line(line(kind, count, before: time))
                isAnythingOld = true
            }
        }
        if !isAnythingOld, format.output == .table {
            try await Output.line("nothing to remove is older than \(days) days")
        }
        await connection.close()
    }

    private var done: String { dryRun ? "would remove" : "removed" }

    private func line(_ kind: Pruner.Kind, _ count: Int64, before time: String) -> String {
        switch format.output {
        case .ndjson:
            """
            {"kind":"\(kind.rawValue)","before":\(time.quotedAsJSON),"count":\(count),\
            "removed":\(!dryRun)}
            """
        case .table: "\(done) \(kind.name(count)) from before \(time)"
        }
    }

    private func line(_ partition: Pruner.Partition) -> String {
        switch format.output {
        case .ndjson:
            """
            {"kind":"events","partition":"\(partition.name)","until":"\(partition.until)",\
            "events_estimated":\(partition.eventsEstimated),"bytes":\(partition.bytes),\
            "removed":\(!dryRun)}
            """
        case .table:
            "\(done) \(partition.name): "
                + "about \(Quantity.count(partition.eventsEstimated)) events before "
                + "\(partition.until), \(Quantity.bytes(partition.bytes))"
        }
    }
}

extension Pruner.Kind {
    /// The count in words.
    fileprivate func name(_ count: Int64) -> String {
        let (one, many) =
            switch self {
            case .alertDeliveries: ("message of an alert", "messages of alerts")
            case .plans: ("plan of a run", "plans of runs")
            case .emptiedCommands: ("command without arguments", "commands without arguments")
            case .runs: ("run", "runs")
            case .commands: ("command", "commands")
            case .versions: ("version", "versions")
            case .workers: ("registration of a worker", "registrations of workers")
            case .events: ("event", "events")
            }
        return "\(Quantity.count(count)) \(count == 1 ? one : many)"
    }
}
