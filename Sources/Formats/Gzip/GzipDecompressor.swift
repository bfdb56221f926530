internal import CZlib

/// Reads gzip files, including those with several members.
public final class GzipDecompressor: Decompressor {
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer
    private var isInsideMember = false
    private var hasMember = false

    /// - Throws: ``CompressionError/cannotStart(code:)``.
    public init() throws(CompressionError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: 256 * 1024, alignment: 16)
        let gzipWindow: Int32 = 15 + 16
        let code = inflateInit2_(
            stream, gzipWindow, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        if code != Z_OK { throw .cannotStart(code: code) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    public func decompress(
        _ bytes: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        // zlib only reads through next_in, although its type lacks const.
        let input = bytes.bindMemory(to: Bytef.self).baseAddress
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input)
        stream.pointee.avail_in = uInt(bytes.count)
        var isOutputFull = false
        while stream.pointee.avail_in > 0 || isOutputFull {
            isInsideMember = true
            stream.pointee.next_out = output.bindMemory(to: Bytef.self).baseAddress
            stream.pointee.avail_out = uInt(output.count)
            let code = inflate(stream, Z_NO_FLUSH)
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                let reason = stream.pointee.msg.map { String(cString: $0) }
                throw CompressionError.damaged(reason ?? "zlib code \(code)")
            }
            let count = output.count - Int(stream.pointee.avail_out)
            if count > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<count])) }
            isOutputFull = stream.pointee.avail_out == 0
            if code == Z_STREAM_END {
                inflateReset(stream)
                isInsideMember = false
                hasMember = true
                isOutputFull = false
            }
        }
    }

    public func finish() throws {
        guard hasMember, !isInsideMember else {
            throw CompressionError.damaged("it ends too early")
        }
    }
}
