/// How files are compressed.
public enum Compression: String, Codable, Sendable, CaseIterable {
    case none
    case gzip

    /// What it adds to the names of files, with its dot.
    var fileExtension: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        }
    }

    /// A compressor for one file; nil where bytes stay as they are.
    ///
    /// - Throws: ``CompressionError`` when there is no memory for it.
    public func makeCompressor() throws(CompressionError) -> (any Compressor)? {
        switch self {
        case .none: nil
        case .gzip: try GzipCompressor()
        }
    }

    /// A decompressor for one file; nil where bytes are what they are.
    ///
    /// - Throws: ``CompressionError`` when there is no memory for it.
    public func makeDecompressor() throws(CompressionError) -> (any Decompressor)? {
        switch self {
        case .none: nil
        case .gzip: try GzipDecompressor()
        }
    }
}

/// Compresses one file, a chunk at a time. The same bytes give the same result however they are
/// cut into chunks. Used by one task or thread at a time.
public protocol Compressor: AnyObject {
    /// Takes the next bytes and passes on what is ready, in chunks that are valid only during
    /// the call. Nothing may be ready yet.
    func compress(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws

    /// Passes on the rest. To be called once; afterwards the compressor is spent.
    func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws
}

/// Undoes a ``Compressor``, a chunk at a time, in bounded memory whatever the ratio.
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
    /// The compression library could not start; in practice, memory has run out.
    case cannotStart(code: Int32)
    /// The bytes are not what a compressor wrote.
    case damaged(String)

    public var description: String {
        switch self {
        case .cannotStart(let code):
            "cannot start zlib (code \(code)): free some memory, or run fewer tasks at once"
        case .damaged(let reason):
            "the compressed data is damaged (\(reason.shown)): deliver the file again"
        }
    }
}
