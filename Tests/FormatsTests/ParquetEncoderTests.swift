import Testing

@testable import Formats

@Suite("The Parquet encoder", .timeLimit(.minutes(15)))
struct ParquetEncoderTests {
    static let columns = [
        ParquetColumn(
            TableColumn(name: "id", type: "integer", nullable: false, valueType: ValueType(23))),
        ParquetColumn(
            TableColumn(
                name: "list", type: "text[]", nullable: true,
                valueType: ValueType(1009, kind: .array, element: .text))),
    ]
    static let header = BinaryRowsTests.header
    static let list: [UInt8] =
        [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1] + [0, 0, 0, 1, 0x61]
        + [0xff, 0xff, 0xff, 0xff]
    static let row: [UInt8] =
        [0, 2, 0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0, UInt8(list.count)] + list

    private func file(_ parts: [[UInt8]]) throws -> [UInt8] {
        let encoder = try ParquetEncoder(Self.columns, .snappy)
        var file: [UInt8] = []
        for part in parts {
            try part.withUnsafeBytes { bytes in try encoder.process(bytes) { file += $0 } }
        }
        try encoder.finish { file += $0 }
        return file
    }

    private func rows(_ file: [UInt8]) throws -> Int64 {
        let trailer = Array(file.suffix(ParquetFooter.trailerBytes))
        let count = try trailer.withUnsafeBytes { try ParquetFooter.metadataBytes(trailer: $0) }
        let metadata = Array(file.dropLast(ParquetFooter.trailerBytes).suffix(count))
        return try metadata.withUnsafeBytes { try ParquetFooter.rows(metadata: $0) }
    }

    @Test func `writes the number of rows at the end of the file`() throws {
        #expect(try rows(file([])) == 0)
        #expect(try rows(file([Self.header + BinaryRowsTests.trailer])) == 0)
        #expect(try rows(file([Self.header + Self.row, Self.row, BinaryRowsTests.trailer])) == 2)
    }

    @Test func `takes rows without the end of the stream, which may continue in another file`()
        throws
    {
        #expect(try rows(file([Self.header, Self.row])) == 1)
    }

    @Test func `refuses what no PostgreSQL sends, and never reads beyond it`() {
        let whole = Self.header + Self.row
        for count in 1..<whole.count where count != Self.header.count {
            #expect(throws: BinaryFormatError.self) { try file([Array(whole.prefix(count))]) }
        }
        for index in Self.header.count..<whole.count {
            // Whatever it makes of the damage, it must come back.
            var damaged = whole
            damaged[index] ^= 0x80
            _ = try? file([damaged])
        }
        let null: [UInt8] = [0, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
        #expect(throws: BinaryFormatError.self) { try file([Self.header + null]) }
    }

    @Test func `writes files whose damaged end is reported`() throws {
        let file = try file([Self.header + Self.row])
        let trailer = Array(file.suffix(ParquetFooter.trailerBytes))
        let count = try trailer.withUnsafeBytes { try ParquetFooter.metadataBytes(trailer: $0) }
        let metadata = Array(file.dropLast(ParquetFooter.trailerBytes).suffix(count))

        #expect(throws: CompressionError.self) {
            try Array(trailer.dropLast()).withUnsafeBytes {
                try ParquetFooter.metadataBytes(trailer: $0)
            }
        }
        #expect(throws: CompressionError.self) {
            try metadata.prefix(20).withUnsafeBytes { try ParquetFooter.rows(metadata: $0) }
        }
        for index in metadata.indices {
            for bit in 0..<8 {
                var damaged = metadata
                damaged[index] ^= 1 << bit
                _ = try? damaged.withUnsafeBytes { try ParquetFooter.rows(metadata: $0) }
            }
        }
    }

    @Test func `is chosen by the format, with snappy unless another codec is`() throws {
        let plain = try DataTemplateSettings(json: #"{"format": "parquet"}"#)
        let zstd = try DataTemplateSettings(json: #"{"format": "parquet", "compression": "zstd"}"#)

        #expect(plain.compression == .snappy && zstd.compression == .zstd)
        #expect(zstd.fileExtension == ".parquet" && zstd.fileCompression == .none)
        #expect(plain.reading(of: []).copyOptions == "WITH (FORMAT binary)")
        #expect(throws: SettingsError.self) {
            try DataTemplateSettings(json: #"{"compression": "snappy"}"#)
        }
    }
}
