/// Gathers a part of an archive that comes in several pieces.
struct PendingBytes {
    private var bytes: [UInt8] = []

    /// Takes this many bytes; nil if some are missing.
    mutating func take(
        _ count: Int, from rest: inout Slice<UnsafeRawBufferPointer>
    ) -> [UInt8]? {
        let part = rest.prefix(count - bytes.count)
        bytes += part
        rest = rest.dropFirst(part.count)
        guard bytes.count == count else { return nil }
        defer { bytes = [] }
        return bytes
    }

    /// Lets the next part begin with bytes that were taken.
    mutating func putBack(_ taken: [UInt8]) { bytes = taken }
}
