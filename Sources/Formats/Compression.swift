import Values

/// How files are compressed, individually or in an archive.
public enum Compression: String, Codable, Sendable, CaseIterable {
    case none
    case gzip
    /// Only for pages of a Parquet file.
    case snappy
    /// Of the file, or of the pages of a Parquet file.
    case zstd
    /// One archive of all files, each compressed.
    case zip
    /// One archive of all files, uncompressed.
    case tar
    /// The same, compressed with gzip as a whole.
    case tgz

    /// The layout of the archive; nil for single files.
    var archive: ArchiveFormat? {
        switch self {
        case .none, .gzip, .snappy, .zstd: nil
        case .zip: .zip
        case .tar, .tgz: .tar
        }
    }

    /// The extension that it adds to file names, with its dot.
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

    /// A compressor for one file, or for an archive as a whole; nil if bytes are unchanged.
    ///
    /// - Throws: ``CompressionError`` if there is not enough memory.
    public func makeCompressor() throws(CompressionError) -> (any FileStage)? {
        switch self {
        case .none, .snappy, .zip, .tar: nil
        case .gzip, .tgz: try GzipCompressor()
        case .zstd: try ZstdCompressor()
        }
    }

    /// A decompressor for one file, or for an archive as a whole; nil if bytes are unchanged.
    ///
    /// - Throws: ``CompressionError`` if there is not enough memory.
    public func makeDecompressor() throws(CompressionError) -> (any Decompressor)? {
        switch self {
        case .none, .snappy, .zip, .tar: nil
        case .gzip, .tgz: try GzipDecompressor()
        case .zstd: try ZstdDecompressor()
        }
    }
}

/// Decompresses in chunks, with bounded memory whatever the ratio.
public protocol Decompressor: AnyObject {
    /// Reads the next bytes and passes on the decompressed ones, in chunks valid during the call.
    ///
    /// - Throws: ``CompressionError/damaged(_:)``, or errors of `output`.
    func decompress(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws

    /// Call it after the last bytes.
    ///
    /// - Throws: ``CompressionError/damaged(_:)`` if the data is truncated.
    func finish() throws
}

/// Why bytes could not be compressed or decompressed.
public enum CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The compression library failed; in practice, out of memory.
    case cannotStart(code: Int32)
    /// The bytes were not written by a compressor.
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
