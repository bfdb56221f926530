import CLibPQ

/// Bytes of whole rows of a COPY. Its memory is reused for the next chunk.
///
/// Valid while the body runs; bytes that are needed longer must be kept or copied. A large row is a
/// separate chunk, which is not copied.
public final class CopyChunk: @unchecked Sendable {
    // Sendable because the connection and the body take turns: neither runs while the other does.

    /// Rows of this many bytes are not copied: memory for several of them costs more than a copy.
    private static let largeRowBytes = 1 << 20

    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    /// The only row of this chunk, if it is large.
    private var large: RowBytes?
    /// A large row after the rows of this chunk, which becomes the next chunk.
    private var next: RowBytes?
    /// The number of bytes.
    public private(set) var count = 0
    /// The number of rows. A header, and the trailer of the binary format, count as a row.
    public private(set) var rows = 0

    /// The most rows of the next chunk; at least 1. For a body that needs to act between two rows.
    public var rowsMax = Int.max
    /// The next chunk is passed on once it has this many bytes.
    public var bytesMax: Int

    init(capacity: Int, bytesMax: Int) {
        self.bytesMax = bytesMax
        self.capacity = max(capacity, 4096)
        start = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { start.deallocate() }

    /// A copy of the bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    public func withUnsafeBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        if let large { return try large.withUnsafeBytes(body) }
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Transfers the bytes to a longer-living owner. The chunk may be empty afterwards, but its
    /// counts stay.
    public func keep() -> RowBytes {
        if let kept = large {
            large = RowBytes(copying: UnsafeRawBufferPointer(start: nil, count: 0))
            return kept
        }
        return withUnsafeBytes { RowBytes(copying: $0) }
    }

    /// Whether no row can be added, as a large one is or will be a separate chunk.
    var isClosed: Bool { large != nil || next != nil }

    /// Removes all rows; starts with the large one after them.
    func begin() {
        large = next
        next = nil
        count = large?.count ?? 0
        rows = large == nil ? 0 : 1
    }

    /// Adds a row from libpq, and frees it when it is no longer needed.
    func append(_ row: UnsafeMutablePointer<CChar>, _ length: Int) {
        guard length < Self.largeRowBytes else {
            next = RowBytes(takingOver: row, length)
            if rows == 0 { begin() }
            return
        }
        add(row, length)
        PQfreemem(row)
    }

    private func add(_ row: UnsafeRawPointer, _ length: Int) {
        if count + length > capacity {
            capacity = max(capacity * 2, count + length)
            let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
            larger.copyMemory(from: start, byteCount: count)
            start.deallocate()
            start = larger
        }
        (start + count).copyMemory(from: row, byteCount: length)
        count += length
        rows += 1
    }
}

/// How a COPY TO STDOUT ended. It exists only if the server confirmed that it is complete.
public struct CopyResult: Sendable, Equatable {
    /// The rows that arrived: with a header, and in the binary format, one more than the table's.
    public let rows: Int
    /// The rows that the server reports, without header and trailer.
    public let tagRows: Int
}
