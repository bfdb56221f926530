import Destinations
import Formats
import Postgres

/// The files of one read, one after the other: the split determines where the next begins.
///
/// Used by one task at a time.
final class FileSeries {
    static let chunkBytes = 256 * 1024

    private let place: FilePlace
    private let settings: DataTemplateSettings
    private let reading: TableReading
    private let name: String
    private let table: StagedTable
    private(set) var staged: [FinishedFile] = []
    private var current: Open?
    /// The bytes that the source sends before the first row; every file begins with them.
    private var preamble: [UInt8] = []

    private struct Open {
        let name: String
        let sink: FileSink
        let encoder: (any RowEncoder)?
        var rows: Int64 = 0
        /// Before compression.
        var bytes: Int64 = 0
    }

    init(
        of read: ClaimedTask.Read, in place: FilePlace, _ settings: DataTemplateSettings,
        _ reading: TableReading
    ) {
        name = read.file
        table = StagedTable(name: read.tableName, columns: read.columns)
        self.place = place
        self.settings = settings
        self.reading = reading
    }

    /// The rows in all files so far; known once they are finished.
    var rows: Int64 { staged.reduce(0) { $0 + $1.rows } }

    /// The bytes of all files; known once they are finished.
    var bytes: Int64 { staged.reduce(0) { $0 + $1.bytes } }

    /// The name of the current or next file.
    var currentName: String { current?.name ?? settings.numbered(name, staged.count + 1) }

    /// Maximum number of rows of the first chunk: only a header, or what fits into the first file.
    /// 0 for no limit.
    var rowsOfFirstChunk: Int {
        if reading.messagesBesideRows > 0 { return reading.messagesBesideRows }
        guard case .rows(let most)? = settings.split else { return 0 }
        return Int(most)
    }

    /// Writes the next rows, and limits the next chunk to what still fits into the file.
    func take(_ chunk: CopyChunk) async throws {
        let isFirst = current == nil && staged.isEmpty
        let rows = isFirst ? keepPreamble(of: chunk) : chunk.rows
        if current == nil {
            // The trailer after the last row needs no new file.
            if !isFirst, chunk.isTrailer(of: reading) { return }
            try await open()
        }
        guard var file = current else { return }
        try file.sink.submit(chunk.keep())
        file.rows += Int64(rows)
        file.bytes += Int64(chunk.count)
        current = file
        if let split = settings.split { try await respect(split, file, chunk) }
    }

    private func respect(_ split: FileSplit, _ file: Open, _ chunk: CopyChunk) async throws {
        if file.rows > 0, split.isFull(rows: file.rows, bytes: file.bytes) {
            try await close()
            (chunk.rowsMax, chunk.bytesMax) = limits(split, rows: 0, bytes: 0)
        } else {
            (chunk.rowsMax, chunk.bytesMax) = limits(split, rows: file.rows, bytes: file.bytes)
        }
    }

    /// How much of the next chunk still fits into a file of this size.
    private func limits(
        _ split: FileSplit, rows: Int64, bytes: Int64
    ) -> (rows: Int, bytes: Int) {
        switch split {
        case .rows(let most): (Int(most - rows), Self.chunkBytes)
        case .megabytes(let most): (.max, min(Self.chunkBytes, Int(most * 1_000_000 - bytes)))
        }
    }

    /// Finishes the last file. A table without rows has a file, too.
    func finish() async throws {
        if current == nil, staged.isEmpty { try await open() }
        if current != nil { try await close() }
    }

    /// Removes the file that is being written.
    func abandon() async {
        await current?.sink.abandon()
        current = nil
    }

    /// - Returns: How many rows the first chunk has.
    private func keepPreamble(of chunk: CopyChunk) -> Int {
        if reading.messagesBesideRows > 0 {
            preamble = chunk.bytes
            return chunk.rows - reading.messagesBesideRows
        }
        preamble = chunk.withUnsafeBytes { Array($0.prefix(reading.preambleBytes)) }
        return chunk.rows
    }

    private func open() async throws {
        let name = settings.numbered(name, staged.count + 1)
        let encoder = try reading.makeEncoder?()
        let writer = try await place.open(StagedFile(name, table: table))
        let stages = try [encoder].compactMap { $0 } + place.stages()
        let sink = FileSink(writer, through: stages, progress: place.progress)
        current = Open(name: name, sink: sink, encoder: encoder)
        if !staged.isEmpty { try sink.submit(preamble) }
    }

    private func close() async throws {
        guard let file = current else { return }
        let written = try await file.sink.finish()
        let hazards = file.encoder?.hazards ?? []
        staged.append(
            FinishedFile(
                name: file.name, rows: file.encoder?.rows ?? file.rows, bytes: written.bytes,
                sha256: written.sha256, pgpKey: place.pgpKey,
                hazards: hazards.isEmpty ? nil : hazards))
        current = nil
    }
}

extension CopyChunk {
    /// Whether it contains only the trailer of the binary format: two bytes for -1 fields.
    fileprivate func isTrailer(of reading: TableReading) -> Bool {
        reading.preambleBytes > 0 && withUnsafeBytes { $0.elementsEqual([0xFF, 0xFF]) }
    }
}
