/// Collects the small pieces that encoders write and passes them on in larger chunks.
struct OutputBuffer: ~Copyable {
    typealias Output = (UnsafeRawBufferPointer) throws -> Void

    private static let capacity = 256 * 1024

    private let base = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.capacity)
    private var count = 0

    deinit { base.deallocate() }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, into output: Output) throws {
        guard let start = bytes.baseAddress else { return }
        if bytes.count > Self.capacity - count {
            try flush(into: output)
            // Not copied: a value may be as large as the remaining memory.
            if bytes.count > Self.capacity / 2 { return try output(UnsafeRawBufferPointer(bytes)) }
        }
        (base + count).update(from: start, count: bytes.count)
        count += bytes.count
    }

    mutating func append(_ bytes: [UInt8], into output: Output) throws {
        try bytes.withUnsafeBufferPointer { try append($0, into: output) }
    }

    mutating func append(_ byte: UInt8, into output: Output) throws {
        if count == Self.capacity { try flush(into: output) }
        base[count] = byte
        count += 1
    }

    mutating func flush(into output: Output) throws {
        let full = UnsafeRawBufferPointer(start: base, count: count)
        count = 0
        if !full.isEmpty { try output(full) }
    }
}
