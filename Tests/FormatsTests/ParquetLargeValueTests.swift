import Foundation
import Testing

@testable import Formats

@Suite("A large value in Parquet", .timeLimit(.minutes(15)))
struct ParquetLargeValueTests {
    /// Bytes that nothing compresses, or that everything does.
    static func value(_ count: Int, isRandom: Bool) -> [UInt8] {
        var state: UInt64 = 42
        return (0..<count).map { index in
            guard isRandom else { return UInt8(truncatingIfNeeded: index / 1_000) }
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    /// What COPY sends in its binary format for rows of one value.
    static func binary(_ values: [[UInt8]]) -> [UInt8] {
        var bytes = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0] + Array(repeating: 0, count: 8)
        for value in values {
            bytes += [0, 1]
            withUnsafeBytes(of: UInt32(value.count).bigEndian) { bytes += $0 }
            bytes += value
        }
        return bytes
    }

    /// Snappy itself has no other way to compress: the bytes are those of the whole page.
    @Test(arguments: [1, 65_536, 65_537, 300_000])
    func `is compressed in parts as it is at once`(_ count: Int) throws {
        for isRandom in [false, true] {
            let value = Self.value(count, isRandom: isRandom)
            let codec = try PageCodec(.snappy)
            let whole = try value.withUnsafeBytes { Array(try codec.compressed($0)) }
            for head in [0, 1, 10, count] where head <= count {
                var parts: [UInt8] = []
                try value.withUnsafeBytes { bytes in
                    try codec.compress(
                        [
                            UnsafeRawBufferPointer(rebasing: bytes.prefix(head)),
                            UnsafeRawBufferPointer(rebasing: bytes.dropFirst(head)),
                        ]
                    ) { parts += $0 }
                }
                #expect(parts == whole)
            }
        }
    }

    @Test(arguments: [PageCodec.Kind.uncompressed, .snappy, .gzip, .zstd], [false, true])
    func `takes at most half of its size in memory`(
        _ kind: PageCodec.Kind, _ isRandom: Bool
    ) async throws {
        await #expect(processExitsWith: .success) {
            [number = kind.rawValue as Int32, isRandom = isRandom as Bool] in
            let kind = try #require(PageCodec.Kind(rawValue: number))
            let value = Self.value(64 << 20, isRandom: isRandom)
            let rows = Self.binary([value])
            let column = TableColumn(
                name: "v", type: "bytea", nullable: true, valueType: ValueType(17))
            let encoder = try ParquetEncoder([ParquetColumn(column)], kind)
            var written = 0
            let before = Self.peakBytes()

            try rows.withUnsafeBytes { try encoder.process($0) { written += $0.count } }
            try encoder.finish { written += $0.count }

            try #require(written > 1_000)
            try #require(Self.peakBytes() - before < 36 << 20)
        }
    }

    /// The most memory that this process ever held; 0 where that is not known.
    static func peakBytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
        else { return 0 }
        return (Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0) * 1024
    }
}
