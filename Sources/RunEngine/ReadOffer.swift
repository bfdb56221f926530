import Formats
import SourceDatabases
import Values

/// A table, or a part of one, that a run offers to all workers, and its task.
struct ReadOffer: Encodable, Sendable {
    /// From 1, through the run.
    let number: Int
    /// The number of the first read of its task.
    var task: Int
    let schema: String
    let table: String
    let part: Int
    let parts: Int
    let file: String
    /// The text between `COPY` and `TO STDOUT`.
    let source: String
    let columns: [TableColumn]
    let rowsEstimated: Int64
    /// Zero or more; of the whole table.
    let bytesEstimated: Int64

    enum CodingKeys: String, CodingKey {
        case number, task, schema, table, part, parts, file, source, columns
        case rowsEstimated = "rows_estimated"
    }
}

extension ReadOffer {
    /// The pages of a part: 128 MiB of a table with pages of the usual 8 KiB.
    static let pagesPerPart: Int64 = 16_384

    /// Every table once; if it becomes several files or rows of a table, each part of it.
    ///
    /// Parts and tasks depend on the sizes that the tables have when the snapshot is taken, not on
    /// the readers.
    ///
    /// - Throws: `FileNameError` if two tables would write one file, `SettingsError` when a table
    ///   cannot be written with these settings.
    static func offers(
        for tables: [SourceTable], _ settings: DataTemplateSettings,
        _ values: FileNameTemplate.Values
    ) throws -> [ReadOffer] {
        for table in tables { try settings.check(table.columns, of: table.name) }
        let names = try settings.fileNames(for: tables.map(\.name), values)
        var offers: [ReadOffer] = []
        for (table, file) in zip(tables, names) {
            let asText = settings.reading(of: table.columns).asText
            let parts =
                settings.readsInParts ? table.parts(pagesAtMost: pagesPerPart) : [nil]
            for (index, pages) in parts.enumerated() {
                let number = offers.count + 1
                offers.append(
                    ReadOffer(
                        number: number, task: number, schema: table.name.schema,
                        table: table.name.name, part: index + 1, parts: parts.count, file: file,
                        source: table.copySource(asText: asText, pages: pages),
                        columns: table.columns,
                        rowsEstimated: table.rowsEstimated / Int64(parts.count),
                        bytesEstimated: table.bytesEstimated))
            }
        }
        return settings.archive == nil ? offers.batched() : offers.together()
    }
}

/// How many small tables share a task, so that a run of very many does not spend its time on
/// claiming, connecting and joining the snapshot for each.
enum TaskBatch {
    /// The largest table that shares a task, by the source's estimate: 1 MiB.
    static let smallBytesMax: Int64 = 1 << 20
    /// The total size of the tables of a task: 8 MiB.
    static let bytesMax: Int64 = 8 << 20
    static let readsMax = 64
    /// Small tables are spread over this many tasks before any has two, for as many workers.
    static let tasksMin = 8
}

extension [ReadOffer] {
    /// The same reads in one task: the writer of an archive reads all its members.
    fileprivate func together() -> [ReadOffer] {
        map { offer in
            var offer = offer
            offer.task = 1
            return offer
        }
    }

    /// The same reads, in the same order, with small neighbours in a shared task.
    func batched() -> [ReadOffer] {
        let small = count { $0.isSmall }
        let readsMax = Swift.min(
            TaskBatch.readsMax, (small + TaskBatch.tasksMin - 1) / TaskBatch.tasksMin)
        var offers = self
        var open: (task: Int, reads: Int, bytes: Int64)?
        for index in offers.indices {
            let offer = offers[index]
            guard offer.isSmall else {
                open = nil
                continue
            }
            if let task = open, task.reads < readsMax,
                task.bytes + offer.bytesEstimated <= TaskBatch.bytesMax
            {
                offers[index].task = task.task
                open = (task.task, task.reads + 1, task.bytes + offer.bytesEstimated)
            } else {
                open = (offer.number, 1, offer.bytesEstimated)
            }
        }
        return offers
    }
}

extension ReadOffer {
    fileprivate var isSmall: Bool {
        parts == 1 && bytesEstimated <= TaskBatch.smallBytesMax
    }
}
