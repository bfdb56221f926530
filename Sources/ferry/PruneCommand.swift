import ArgumentParser
import Migrations
import Postgres
import Watching

struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove old events, a month at a time, while everybody else goes on.",
        discussion: """
            Run it as the owner of the schema, for example once a day. What objects were, and what \
            runs sent, is kept for ever.
            """)

    @Option(
        help: ArgumentHelp(
            "Keep the events of so many days, for example 400d.", valueName: "days"))
    var keep: String

    @Flag(help: "Only say what would be removed.")
    var dryRun = false

    @OptionGroup var format: OutputOptions

    /// Nil when it is none.
    private var days: Int? {
        guard keep.hasSuffix("d"), let days = Int(keep.dropLast()), (1...100_000).contains(days)
        else { return nil }
        return days
    }

    func validate() throws {
        if days == nil {
            throw ValidationError("--keep is a number of days, 1 or more, for example 400d")
        }
    }

    func run() async throws {
        let connection = try await Database.connect()
        try await Database.checkSchema(connection)
        let pruner = Pruner(connection)
        if !dryRun { try await pruner.begin() }
        let partitions = try await pruner.partitions(olderThan: days ?? 0)
        for partition in partitions {
            if !dryRun { try await pruner.prune(partition) }
            try await Output.line(line(partition))
        }
        if partitions.isEmpty, format.output == .table {
            try await Output.line("no month of events lies more than \(keep) back")
        }
        await connection.close()
    }

    private func line(_ partition: Pruner.Partition) -> String {
        switch format.output {
        case .ndjson:
            """
            {"partition":"\(partition.name)","until":"\(partition.until)",\
            "events_estimated":\(partition.eventsEstimated),"bytes":\(partition.bytes),\
            "removed":\(!dryRun)}
            """
        case .table:
            "\(dryRun ? "would remove" : "removed") \(partition.name): "
                + "about \(Quantity.count(partition.eventsEstimated)) events before "
                + "\(partition.until), \(Quantity.bytes(partition.bytes))"
        }
    }
}
