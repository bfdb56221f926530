import Formats
import SourceDatabases

/// The estimated size of the files of a table, from the source's statistics and a sample of its
/// rows.
struct FileEstimate {
    private(set) var rows: Int64
    /// As delivered.
    private(set) var bytes: Int64 = 0
    /// As PostgreSQL sends them.
    private var bytesRead: Int64 = 0
    /// Values of the sample that readers may reject.
    private(set) var hazards: [ColumnHazards] = []

    /// An estimate without a sample.
    init(rows: Int64) {
        self.rows = rows
    }

    /// Encodes and compresses a sample as the run would, and discards it.
    init(
        of table: SourceTable, _ snapshot: SourceSnapshot, _ settings: DataTemplateSettings
    ) async throws {
        let reading = settings.reading(of: table.columns)
        let encoder = try reading.makeEncoder?()
        let counter = ByteCounter(
            try [encoder, settings.compressionOfRows.makeCompressor()].compactMap { $0 })
        var read: Int64 = 0
        let sampled = try await snapshot.sample(
            of: table, rows: RunPlanner.sampleRowsMax, reading
        ) { chunk in
            read += Int64(chunk.count)
            try counter.take(chunk)
        }
        try counter.finish()
        hazards = encoder?.hazards ?? []
        // A table with fewer rows than requested is known exactly.
        rows =
            sampled < RunPlanner.sampleRowsMax
            ? Int64(sampled) : max(table.rowsEstimated, Int64(sampled))
        let scale = sampled == 0 ? 1 : Double(rows) / Double(sampled)
        bytes = Int64(Double(counter.bytes) * scale)
        bytesRead = Int64(Double(read) * scale)
    }

    /// The number of files.
    func files(_ split: FileSplit?) -> Int64 {
        switch split {
        case nil: 1
        case .rows(let most): max(1, (rows + most - 1) / most)
        case .megabytes(let most): max(1, (bytesRead + most * 1_000_000 - 1) / (most * 1_000_000))
        }
    }
}

/// Counts the bytes that come out of the stages of a file.
private final class ByteCounter {
    private let stages: [any FileStage]
    private(set) var bytes: Int64 = 0

    init(_ stages: [any FileStage]) {
        self.stages = stages
    }

    func take(_ chunk: UnsafeRawBufferPointer) throws {
        try pass(chunk, stages[...])
    }

    func finish() throws {
        for index in stages.indices {
            try stages[index].finish { try pass($0, stages[(index + 1)...]) }
        }
    }

    private func pass(
        _ chunk: UnsafeRawBufferPointer, _ stages: ArraySlice<any FileStage>
    ) throws {
        guard let stage = stages.first else {
            bytes += Int64(chunk.count)
            return
        }
        try stage.process(chunk) { try pass($0, stages.dropFirst()) }
    }
}
