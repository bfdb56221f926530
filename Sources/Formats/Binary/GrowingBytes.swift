/// A growing byte buffer, which keeps its memory when it is emptied, unless it is large.
final class GrowingBytes {
    private static let keptMax = 4 << 20

    private(set) var start: UnsafeMutableRawPointer
    private(set) var count = 0
    private var capacity: Int

    /// - Parameter capacity: The initial capacity; at least 64 bytes.
    init(capacity: Int = 64) {
        self.capacity = max(64, capacity)
        start = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { start.deallocate() }

    /// The bytes; valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// Reserves space for this many more bytes.
    @inline(__always)
    func reserve(_ more: Int) {
        if more > capacity - count { grow(more) }
    }

    @inline(never)
    private func grow(_ more: Int) {
        let (doubled, overflow) = capacity.multipliedReportingOverflow(by: 2)
        let larger = max(overflow ? 0 : doubled, count + more)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        moved.copyMemory(from: start, byteCount: count)
        start.deallocate()
        start = moved
        capacity = larger
    }

    @inline(__always)
    func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    @inline(__always)
    func append(_ byte: UInt8) {
        reserve(1)
        start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends a number in the byte order of the given value.
    @inline(__always)
    func append<Number: BitwiseCopyable>(number: Number) {
        reserve(MemoryLayout<Number>.size)
        start.storeBytes(of: number, toByteOffset: count, as: Number.self)
        count += MemoryLayout<Number>.size
    }

    func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Lets the body write at the end.
    ///
    /// - Parameters:
    ///   - room: Maximum number of bytes that `body` may write.
    ///   - body: Returns the number of written bytes.
    func append(room: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows {
        reserve(room)
        let written = try body(UnsafeMutableRawBufferPointer(start: start + count, count: room))
        count += min(written, room)
    }

    /// Truncates to the first bytes.
    func truncate(to count: Int) { self.count = min(self.count, count) }

    func removeAll() {
        count = 0
        if capacity > Self.keptMax { giveBack() }
    }

    /// Removes all bytes and releases most memory.
    func giveBack() {
        start.deallocate()
        capacity = 64
        count = 0
        start = .allocate(byteCount: capacity, alignment: 16)
    }
}
