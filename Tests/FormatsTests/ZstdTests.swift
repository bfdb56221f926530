import Testing

@testable import Formats

@Suite("Zstandard", .timeLimit(.minutes(15)))
struct ZstdTests {
    private static let sample = GzipTests.sample

    private func compressed(_ bytes: [UInt8], chunk: (Int) -> Int) throws -> [UInt8] {
        try ZstdCompressor().output(of: bytes, chunk: chunk)
    }

    private func decompressed(_ bytes: [UInt8], chunk: Int) throws -> [UInt8] {
        try ZstdDecompressor().output(of: bytes, chunk: chunk)
    }

    @Test func `gives the same bytes however the input is cut`() throws {
        let sample = Self.sample
        let whole = try compressed(sample) { _ in sample.count }

        #expect(try compressed(sample) { _ in 1 } == whole)
        #expect(try compressed(sample) { _ in 131_071 } == whole)
        #expect(try compressed(sample) { 1 + $0 % 70_001 } == whole)
    }

    @Test(arguments: [1, 7, 4096, 10_000_000])
    func `comes back as it was`(chunk: Int) throws {
        let packed = try compressed(Self.sample) { _ in 300_000 }

        #expect(packed.count < Self.sample.count / 2)
        #expect(try decompressed(packed, chunk: chunk) == Self.sample)
    }

    @Test func `is bounded in memory whatever the ratio`() throws {
        let zeros = [UInt8](repeating: 0, count: 20_000_000)
        let packed = try compressed(zeros) { _ in 1_000_000 }
        let decompressor = try ZstdDecompressor()
        var longest = 0
        var total = 0

        try packed.withUnsafeBytes { bytes in
            try decompressor.decompress(bytes) {
                longest = max(longest, $0.count)
                total += $0.count
            }
        }
        try decompressor.finish()

        #expect(total == zeros.count)
        #expect(longest <= 1 << 20)
    }

    @Test func `reads several frames in a row, and an empty one`() throws {
        let one = try compressed(Array("one".utf8)) { _ in 9 }
        let two = one + (try compressed([]) { _ in 9 }) + (try compressed([50]) { _ in 9 })

        #expect(try decompressed(two, chunk: 3) == Array("one2".utf8))
        #expect(try decompressed(two, chunk: 1000) == Array("one2".utf8))
    }

    @Test func `is refused when it is cut short or damaged`() throws {
        let packed = try compressed(Self.sample) { _ in 300_000 }
        var damaged = packed
        damaged[packed.count - 2] ^= 1  // in the checksum

        #expect(throws: CompressionError.self) {
            try decompressed(Array(packed.dropLast()), chunk: 5000)
        }
        #expect(throws: CompressionError.self) { try decompressed(damaged, chunk: 5000) }
        #expect(throws: CompressionError.self) { try decompressed([], chunk: 1) }
        #expect(throws: CompressionError.self) {
            try decompressed(packed + Array("tail".utf8), chunk: 5000)
        }
    }
}
