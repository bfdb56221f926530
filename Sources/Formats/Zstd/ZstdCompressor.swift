internal import CZstd

/// Writes Zstandard files (RFC 8878): one frame with a checksum of its content.
public final class ZstdCompressor: FileStage {
    /// The default level: zstd's own default, which at the speed of gzip's fastest level makes
    /// files a quarter smaller.
    public static let defaultLevel: Int32 = 3

    private let context: OpaquePointer
    private let output: UnsafeMutableRawBufferPointer

    /// - Parameter level: 1 (fastest) to 19 (smallest); others are clamped.
    /// - Throws: ``CompressionError/cannotStart(code:)``.
    public init(level: Int32 = defaultLevel) throws(CompressionError) {
        guard let context = ZSTD_createCCtx() else { throw .cannotStart(code: 0) }
        self.context = context
        output = .allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 16)
        let codes = [
            ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, min(max(level, 1), 19)),
            ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1),
        ]
        if codes.contains(where: { ZSTD_isError($0) != 0 }) { throw .cannotStart(code: 0) }
    }

    deinit {
        ZSTD_freeCCtx(context)
        output.deallocate()
    }

    public func process(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        // zstd creates its own blocks, so its output does not depend on chunks.
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while input.pos < input.size {
            _ = try compress(&input, ZSTD_e_continue, into: output)
        }
    }

    public func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws {
        var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
        while try compress(&input, ZSTD_e_end, into: output) > 0 {}
    }

    /// - Returns: 0 once everything was passed on, if `directive` requests it.
    private func compress(
        _ input: inout ZSTD_inBuffer, _ directive: ZSTD_EndDirective,
        into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        var room = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let left = ZSTD_compressStream2(context, &room, &input, directive)
        guard ZSTD_isError(left) == 0 else {
            // With valid parameters and a live context, the only error is out of memory.
            throw CompressionError.cannotStart(code: 0)
        }
        if room.pos > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<room.pos])) }
        return left
    }
}
