import CLibPQ

/// Bytes of whole rows of a COPY, reference-counted.
public final class RowBytes: @unchecked Sendable {
    // Sendable because they are immutable.
    private let start: UnsafeMutableRawPointer
    private let isOfLibPQ: Bool
    public let count: Int

    /// - Parameter row: The result of `PQgetCopyData`.
    init(takingOver row: UnsafeMutablePointer<CChar>, _ count: Int) {
        start = UnsafeMutableRawPointer(row)
        self.count = count
        isOfLibPQ = true
    }

    init(copying bytes: UnsafeRawBufferPointer) {
        start = .allocate(byteCount: max(1, bytes.count), alignment: 16)
        if let source = bytes.baseAddress {
            start.copyMemory(from: source, byteCount: bytes.count)
        }
        count = bytes.count
        isOfLibPQ = false
    }

    deinit {
        if isOfLibPQ { PQfreemem(start) } else { start.deallocate() }
    }

    public func withUnsafeBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try body(UnsafeRawBufferPointer(start: start, count: count))
    }
}
