/// Bytes that are appended to, in memory that is kept when they are removed, unless it is much.
final class GrowingBytes {
    private static let keptMax = 4 << 20

    private(set) var start: UnsafeMutableRawPointer
    private(set) var count = 0
    private var capacity: Int

    /// - Parameter capacity: How many bytes there is room for at first; at least 64 are taken.
    init(capacity: Int = 64) {
        self.capacity = max(64, capacity)
        start = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { start.deallocate() }

    /// What there is; valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// Makes room for so many bytes more.
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

    /// Appends a number in the byte order of the machine, or rather of the value given.
    @inline(__always)
    func append<Number: BitwiseCopyable>(number: Number) {
        reserve(MemoryLayout<Number>.size)
        start.storeBytes(of: number, toByteOffset: count, as: Number.self)
        count += MemoryLayout<Number>.size
    }

    func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Lets somebody else write at the end.
    ///
    /// - Parameters:
    ///   - room: The most bytes that `body` may write.
    ///   - body: Returns how many it wrote.
    func append(room: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows {
        reserve(room)
        let written = try body(UnsafeMutableRawBufferPointer(start: start + count, count: room))
        count += min(written, room)
    }

    /// Forgets all but the first bytes.
    func truncate(to count: Int) { self.count = min(self.count, count) }

    func removeAll() {
        count = 0
        if capacity > Self.keptMax { giveBack() }
    }

    /// Removes all bytes and keeps next to no memory.
    func giveBack() {
        start.deallocate()
        capacity = 64
        count = 0
        start = .allocate(byteCount: capacity, alignment: 16)
    }
}
