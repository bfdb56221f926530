#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The distinct values of a column chunk, each with its index for pages.
final class ValueDictionary {
    /// Above this size a dictionary is not worthwhile.
    static let bytesMax = 1 << 20
    static let entriesMax = 1 << 16
    /// After this many values it is decided whether they repeat.
    private static let trialValues = 4_096
    private static let probesMax = 256

    private struct Entry {
        var start: Int
        var count: Int
        var hash: UInt64
    }

    /// The values in plain encoding.
    let page = GrowingBytes()
    private(set) var count = 0
    private let hasLengths: Bool
    private let entries = GrowingBytes()
    private var slots: UnsafeMutablePointer<UInt32>
    private var slotBits = 6
    private var values = 0
    private var isHardToSearch = false

    /// - Parameter hasLengths: Whether values have variable lengths and a length prefix.
    init(hasLengths: Bool) {
        self.hasLengths = hasLengths
        slots = .allocate(capacity: 1 << slotBits)
        slots.initialize(repeating: 0, count: 1 << slotBits)
    }

    deinit { slots.deallocate() }

    /// Whether the rest of the chunk should not use it.
    var isFull: Bool {
        if page.count > Self.bytesMax || count > Self.entriesMax || isHardToSearch { return true }
        return values == Self.trialValues && count > Self.trialValues / 4 * 3
    }

    /// Its approximate memory.
    var bytes: Int { page.count + count * (MemoryLayout<Entry>.stride + 3 * 4) }

    /// The bytes of an entry in plain encoding.
    func plain(_ index: Int) -> UnsafeRawBufferPointer {
        let entry = entry(index)
        let lengthBytes = hasLengths ? 4 : 0
        return UnsafeRawBufferPointer(
            start: page.start + entry.start - lengthBytes, count: entry.count + lengthBytes)
    }

    /// The index of the value, and whether it is new.
    @inline(__always)
    func index(of value: UnsafeRawBufferPointer) -> (index: UInt32, isNew: Bool) {
        values += 1
        let hash = Self.hash(value)
        let mask = 1 << slotBits - 1
        var slot = Int(truncatingIfNeeded: hash >> 32) & mask
        var probes = 0
        while true {
            let found = slots[slot]
            if found == 0 { break }
            let entry = entry(Int(found) - 1)
            if entry.hash == hash, entry.count == value.count, isSame(entry, value) {
                return (found - 1, false)
            }
            slot = (slot + 1) & mask
            probes += 1
        }
        if probes > Self.probesMax { isHardToSearch = true }
        return (add(value, hash, slot), true)
    }

    func removeAll() {
        page.removeAll()
        entries.removeAll()
        count = 0
        values = 0
        isHardToSearch = false
        slots.update(repeating: 0, count: 1 << slotBits)
    }

    /// Removes all values and releases most memory, for after the last use.
    func giveBack() {
        removeAll()
        page.giveBack()
        entries.giveBack()
        slots.deallocate()
        slotBits = 6
        slots = .allocate(capacity: 1 << slotBits)
        slots.initialize(repeating: 0, count: 1 << slotBits)
    }

    @inline(__always)
    private func entry(_ index: Int) -> Entry {
        entries.start.load(fromByteOffset: index * MemoryLayout<Entry>.stride, as: Entry.self)
    }

    @inline(__always)
    private func isSame(_ entry: Entry, _ value: UnsafeRawBufferPointer) -> Bool {
        guard let other = value.baseAddress else { return true }
        return memcmp(page.start + entry.start, other, entry.count) == 0
    }

    @inline(never)
    private func add(_ value: UnsafeRawBufferPointer, _ hash: UInt64, _ slot: Int) -> UInt32 {
        if hasLengths { page.append(number: UInt32(truncatingIfNeeded: value.count).littleEndian) }
        entries.append(number: Entry(start: page.count, count: value.count, hash: hash))
        page.append(value)
        count += 1
        slots[slot] = UInt32(truncatingIfNeeded: count)
        if count * 2 > 1 << slotBits { growSlots() }
        return UInt32(truncatingIfNeeded: count - 1)
    }

    private func growSlots() {
        slots.deallocate()
        slotBits += 2
        let mask = 1 << slotBits - 1
        slots = .allocate(capacity: 1 << slotBits)
        slots.initialize(repeating: 0, count: 1 << slotBits)
        for index in 0..<count {
            var slot = Int(truncatingIfNeeded: entry(index).hash >> 32) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(truncatingIfNeeded: index + 1)
        }
    }

    /// Deterministic across machines and processes, so that files do not depend on it.
    @inline(__always)
    private static func hash(_ value: UnsafeRawBufferPointer) -> UInt64 {
        let factor: UInt64 = 0x9e37_79b9_7f4a_7c15
        var hash = UInt64(truncatingIfNeeded: value.count) &* factor
        var position = 0
        while position + 8 <= value.count {
            let word = value.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            hash = (hash ^ UInt64(littleEndian: word)) &* factor
            hash ^= hash >> 29
            position += 8
        }
        var rest: UInt64 = 0
        while position < value.count {
            rest = rest << 8 | UInt64(value[position])
            position += 1
        }
        hash = (hash ^ rest) &* factor
        return hash ^ hash >> 32
    }
}
