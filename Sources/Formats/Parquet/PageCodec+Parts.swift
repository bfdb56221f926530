internal import CSnappy
internal import CZlib
internal import CZstd

// Values too large to copy are compressed in pieces.
extension PageCodec {
    typealias Output = (UnsafeRawBufferPointer) throws -> Void

    private static let pieceBytes = 256 * 1024

    /// Compresses a page in several parts, and passes it on in pieces that are valid during the
    /// call. Deterministic.
    ///
    /// - Throws: ``CompressionError``; errors of the output.
    func compress(_ parts: [UnsafeRawBufferPointer], into output: Output) throws {
        switch kind {
        case .uncompressed: for part in parts { try output(part) }
        case .snappy: try compressBySnappy(parts, output)
        case .gzip: try compressByZlib(parts, output)
        case .zstd: try compressByZstd(parts, output)
        }
    }

    /// Snappy compresses independent blocks of 64 KiB, and writes them one after another after the
    /// total length.
    private func compressBySnappy(_ parts: [UnsafeRawBufferPointer], _ output: Output) throws {
        let blockBytes = 1 << 16
        let room = snappy_max_compressed_length(blockBytes)
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 16)
        defer { target.deallocate() }
        let block = GrowingBytes(capacity: blockBytes)
        try Self.variable(parts.reduce(0) { $0 + $1.count }).withUnsafeBytes(output)
        func write(_ block: UnsafeRawBufferPointer) throws {
            var size = room
            let status = snappy_compress(
                block.baseAddress?.assumingMemoryBound(to: CChar.self), block.count,
                target.baseAddress?.assumingMemoryBound(to: CChar.self), &size)
            guard status == SNAPPY_OK else {
                throw CompressionError.cannotStart(code: Int32(status.rawValue))
            }
            let ownLength = Self.variable(block.count).count
            try output(UnsafeRawBufferPointer(rebasing: target[ownLength..<size]))
        }
        for part in parts {
            var rest = part
            while !rest.isEmpty {
                if block.count == 0, rest.count >= blockBytes {
                    try write(UnsafeRawBufferPointer(rebasing: rest.prefix(blockBytes)))
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(blockBytes))
                    continue
                }
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(blockBytes - block.count))
                block.append(piece)
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
                if block.count == blockBytes {
                    try write(block.bytes)
                    block.removeAll()
                }
            }
        }
        if block.count > 0 { try write(block.bytes) }
    }

    /// A number in groups of seven bits, the lowest first.
    private static func variable(_ number: Int) -> [UInt8] {
        var (bytes, rest) = ([UInt8](), number)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(truncatingIfNeeded: rest)]
    }

    private func compressByZstd(_ parts: [UnsafeRawBufferPointer], _ output: Output) throws {
        let size = parts.reduce(0) { $0 + $1.count }
        for code in [
            ZSTD_CCtx_reset(zstd, ZSTD_reset_session_and_parameters),
            ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, Self.zstdLevel),
            ZSTD_CCtx_setPledgedSrcSize(zstd, UInt64(size)),
        ] where ZSTD_isError(code) != 0 { throw CompressionError.cannotStart(code: 0) }
        let room = UnsafeMutableRawPointer.allocate(byteCount: Self.pieceBytes, alignment: 16)
        defer { room.deallocate() }
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            var input = ZSTD_inBuffer(src: part.baseAddress, size: part.count, pos: 0)
            var left = 0
            repeat {
                var target = ZSTD_outBuffer(dst: room, size: Self.pieceBytes, pos: 0)
                left = ZSTD_compressStream2(
                    zstd, &target, &input, isLast ? ZSTD_e_end : ZSTD_e_continue)
                guard ZSTD_isError(left) == 0 else { throw CompressionError.cannotStart(code: 0) }
                if target.pos > 0 {
                    try output(UnsafeRawBufferPointer(start: room, count: target.pos))
                }
            } while input.pos < input.size || isLast && left > 0
        }
    }

    private func compressByZlib(_ parts: [UnsafeRawBufferPointer], _ output: Output) throws {
        var code = deflateReset(zlib)
        if code == Z_OK { code = deflateSetHeader(zlib, gzipHeader) }
        guard code == Z_OK else { throw CompressionError.cannotStart(code: code) }
        let room = UnsafeMutablePointer<Bytef>.allocate(capacity: Self.pieceBytes)
        defer { room.deallocate() }
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            // zlib only reads through next_in, although its type lacks const.
            zlib.pointee.next_in = UnsafeMutablePointer(
                mutating: part.baseAddress?.assumingMemoryBound(to: Bytef.self))
            zlib.pointee.avail_in = uInt(part.count)
            repeat {
                zlib.pointee.next_out = room
                zlib.pointee.avail_out = uInt(Self.pieceBytes)
                code = deflate(zlib, isLast ? Z_FINISH : Z_NO_FLUSH)
                guard code == Z_OK || code == Z_STREAM_END else {
                    throw CompressionError.cannotStart(code: code)
                }
                let size = Self.pieceBytes - Int(zlib.pointee.avail_out)
                if size > 0 { try output(UnsafeRawBufferPointer(start: room, count: size)) }
            } while isLast ? code != Z_STREAM_END : zlib.pointee.avail_in > 0
        }
    }
}
