internal import CZstd

/// Reads Zstandard files, including those with several frames.
public final class ZstdDecompressor: Decompressor {
    private let context: OpaquePointer
    private let output: UnsafeMutableRawBufferPointer
    private var isInsideFrame = false
    private var hasFrame = false

    /// - Throws: ``CompressionError/cannotStart(code:)``.
    public init() throws(CompressionError) {
        guard let context = ZSTD_createDCtx() else { throw .cannotStart(code: 0) }
        self.context = context
        output = .allocate(byteCount: ZSTD_DStreamOutSize(), alignment: 16)
    }

    deinit {
        ZSTD_freeDCtx(context)
        output.deallocate()
    }

    public func decompress(
        _ bytes: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var isOutputFull = false
        while input.pos < input.size || isOutputFull {
            var room = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let code = ZSTD_decompressStream(context, &room, &input)
            guard ZSTD_isError(code) == 0 else {
                throw CompressionError.damaged(String(cString: ZSTD_getErrorName(code)))
            }
            if room.pos > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<room.pos])) }
            isInsideFrame = code != 0
            if !isInsideFrame { hasFrame = true }
            isOutputFull = isInsideFrame && room.pos == room.size
        }
    }

    public func finish() throws {
        guard hasFrame, !isInsideFrame else {
            throw CompressionError.damaged("it ends too early")
        }
    }
}
