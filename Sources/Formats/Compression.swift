import Values

/// How files are compressed, alone or together in an archive.
public enum Compression: String, Codable, Sendable, CaseIterable {
    case none
    case gzip
    /// Of the pages in a Parquet file only.
    case snappy
    /// Of the file, or of the pages in a Parquet file.
    case zstd
    /// One archive of all files, each compressed.
    case zip
    /// One archive of all files, as they are.
    case tar
    /// The same, compressed with gzip as a whole.
    case tgz

    /// The layout of the archive; nil where each file is by itself.
    var archive: ArchiveFormat? {
        switch self {
        case .none, .gzip, .snappy, .zstd: nil
        case .zip: .zip
        case .tar, .tgz: .tar
        }
    }

    /// What it adds to the names of files, with its dot.
    var fileExtension: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        case .snappy: ""
        case .zstd: ".zst"
        case .zip: ".zip"
        case .tar: ".tar"
        case .tgz: ".tgz"
        }
    }

    /// A compressor for one file, or for an archive as a whole; nil where bytes stay as they are.
    ///
    /// - Throws: ``CompressionError`` when there is no memory for it.
    public func makeCompressor() throws(CompressionError) -> (any FileStage)? {
        switch self {
        case .none, .snappy, .zip, .tar: nil
        case .gzip, .tgz: try GzipCompressor()
        case .zstd: try ZstdCompressor()
        }
    }

    /// A decompressor for one file, or for an archive as a whole; nil where bytes are what they
    /// are.
    ///
    /// - Throws: ``CompressionError`` when there is no memory for it.
    public func makeDecompressor() throws(CompressionError) -> (any Decompressor)? {
        switch self {
        case .none, .snappy, .zip, .tar: nil
        case .gzip, .tgz: try GzipDecompressor()
        case .zstd: try ZstdDecompressor()
        }
    }
}

/// Undoes a compression, a chunk at a time, in bounded memory whatever the ratio.
public protocol Decompressor: AnyObject {
    /// Takes the next bytes and passes on what they hold, in chunks valid during the call.
    ///
    /// - Throws: ``CompressionError/damaged(_:)``, or what `output` throws.
    func decompress(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws

    /// To be called after the last bytes.
    ///
    /// - Throws: ``CompressionError/damaged(_:)`` when the data ended too early.
    func finish() throws
}

/// Why bytes could not be compressed or decompressed.
public enum CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The compression library could not start or go on; in practice, memory has run out.
    case cannotStart(code: Int32)
    /// The bytes are not what a compressor wrote.
    case damaged(String)

    public var description: String {
        switch self {
        case .cannotStart(let code):
            "cannot start the compressor (code \(code)): free some memory, or run fewer "
                + "tasks at once"
        case .damaged(let reason):
            "the compressed data is damaged (\(shown(reason))): deliver the file again"
        }
    }
}
