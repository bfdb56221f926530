import Testing

@testable import Formats

@Suite("Gzip", .timeLimit(.minutes(15)))
struct GzipTests {
    /// About 1.4 MB, compressible, the same in each run.
    static let sample: [UInt8] = {
        var random: UInt64 = 42
        var text = ""
        for line in 0..<40_000 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            text += "\(line),customer \(random >> 52),\(random >> 40)\n"
        }
        return Array(text.utf8)
    }()

    private func compressed(_ bytes: [UInt8], chunk: (Int) -> Int) throws -> [UInt8] {
        try GzipCompressor().output(of: bytes, chunk: chunk)
    }

    private func decompressed(_ bytes: [UInt8], chunk: Int) throws -> [UInt8] {
        try GzipDecompressor().output(of: bytes, chunk: chunk)
    }

    @Test func `gives the same bytes however the input is cut`() throws {
        let whole = try compressed(Self.sample) { _ in Self.sample.count }

        #expect(try compressed(Self.sample) { _ in 1 } == whole)
        #expect(try compressed(Self.sample) { _ in 262_143 } == whole)
        #expect(try compressed(Self.sample) { 1 + $0 % 70_001 } == whole)
    }

    @Test(arguments: [1, 7, 4096, 10_000_000])
    func `comes back as it was`(chunk: Int) throws {
        let packed = try compressed(Self.sample) { _ in 300_000 }

        #expect(packed.count < Self.sample.count / 2)
        #expect(try decompressed(packed, chunk: chunk) == Self.sample)
    }

    @Test func `carries no time, name or system`() throws {
        let empty = try compressed([]) { _ in 1 }

        #expect(Array(empty.prefix(8)) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
        #expect(empty[9] == 3)
        #expect(try decompressed(empty, chunk: 1) == [])
    }

    @Test func `reads several members in a row`() throws {
        let two =
            try compressed(Array("one".utf8)) { _ in 9 } + compressed(Array("two".utf8)) { _ in 9 }

        #expect(try decompressed(two, chunk: 3) == Array("onetwo".utf8))
        #expect(try decompressed(two, chunk: 1000) == Array("onetwo".utf8))
    }

    @Test func `is refused when it is cut short or damaged`() throws {
        let packed = try compressed(Self.sample) { _ in 300_000 }
        var damaged = packed
        damaged[packed.count - 6] ^= 1  // in the CRC

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
