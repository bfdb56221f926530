internal import CSnappy
internal import CZlib
internal import CZstd

/// Compresses the pages of a file, one at a time.
final class PageCodec {
    /// Its name in the metadata.
    enum Kind: Int32 {
        case uncompressed = 0
        case snappy = 1
        case gzip = 2
        case zstd = 6
    }

    /// As fast as snappy here, with files a quarter smaller.
    static let zstdLevel: Int32 = 1

    let kind: Kind
    private let output = GrowingBytes()
    let zstd: OpaquePointer?
    let zlib: UnsafeMutablePointer<z_stream>
    let gzipHeader: UnsafeMutablePointer<gz_header>

    /// - Throws: ``CompressionError/cannotStart(code:)``
    init(_ kind: Kind) throws(CompressionError) {
        self.kind = kind
        zlib = .allocate(capacity: 1)
        zlib.initialize(to: z_stream())
        gzipHeader = .allocate(capacity: 1)
        gzipHeader.initialize(to: gz_header())
        gzipHeader.pointee.os = 3  // Unix, always: zlib would write the build system.
        zstd = kind == .zstd ? ZSTD_createCCtx() : nil
        if kind == .zstd, zstd == nil { throw .cannotStart(code: 0) }
        guard kind == .gzip else { return }
        let code = deflateInit2_(
            zlib, Int32(GzipCompressor.defaultLevel), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY,
            zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        if code != Z_OK { throw .cannotStart(code: code) }
    }

    deinit {
        ZSTD_freeCCtx(zstd)
        deflateEnd(zlib)
        zlib.deallocate()
        gzipHeader.deallocate()
    }

    /// The compressed page; valid until the next one.
    ///
    /// - Throws: ``CompressionError``
    func compressed(
        _ page: UnsafeRawBufferPointer
    ) throws(CompressionError) -> UnsafeRawBufferPointer {
        output.removeAll()
        switch kind {
        case .uncompressed: return page
        case .snappy: try compressBySnappy(page)
        case .gzip: try compressByZlib(page)
        case .zstd: try compressByZstd(page)
        }
        return output.bytes
    }

    private func compressBySnappy(_ page: UnsafeRawBufferPointer) throws(CompressionError) {
        var size = snappy_max_compressed_length(page.count)
        output.reserve(size)
        let input = page.baseAddress?.assumingMemoryBound(to: CChar.self)
        let status = snappy_compress(
            input, page.count, output.start.assumingMemoryBound(to: CChar.self), &size)
        guard status == SNAPPY_OK else { throw .cannotStart(code: Int32(status.rawValue)) }
        output.append(room: size) { _ in size }
    }

    private func compressByZstd(_ page: UnsafeRawBufferPointer) throws(CompressionError) {
        let room = ZSTD_compressBound(page.count)
        output.reserve(room)
        let size = ZSTD_compressCCtx(
            zstd, output.start, room, page.baseAddress, page.count, Self.zstdLevel)
        guard ZSTD_isError(size) == 0 else { throw .cannotStart(code: 0) }
        output.append(room: size) { _ in size }
    }

    private func compressByZlib(_ page: UnsafeRawBufferPointer) throws(CompressionError) {
        var code = deflateReset(zlib)
        if code == Z_OK { code = deflateSetHeader(zlib, gzipHeader) }
        guard code == Z_OK else { throw .cannotStart(code: code) }
        let room = Int(deflateBound(zlib, uLong(page.count))) + 32
        output.reserve(room)
        // zlib only reads through next_in, although its type lacks const.
        zlib.pointee.next_in = UnsafeMutablePointer(
            mutating: page.baseAddress?.assumingMemoryBound(to: Bytef.self))
        zlib.pointee.avail_in = uInt(page.count)
        zlib.pointee.next_out = output.start.assumingMemoryBound(to: Bytef.self)
        zlib.pointee.avail_out = uInt(clamping: room)
        let status = deflate(zlib, Z_FINISH)
        guard status == Z_STREAM_END else { throw .cannotStart(code: status) }
        let size = room - Int(zlib.pointee.avail_out)
        output.append(room: size) { _ in size }
    }
}

extension Compression {
    /// How the pages of a Parquet file are compressed.
    var pageCodec: PageCodec.Kind {
        switch self {
        case .none: .uncompressed
        case .gzip: .gzip
        // In an archive, pages are compressed as without one.
        case .snappy, .zip, .tar, .tgz: .snappy
        case .zstd: .zstd
        }
    }
}
