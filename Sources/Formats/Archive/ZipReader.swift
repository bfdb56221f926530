internal import CZlib

/// Reads a ZIP file of ``ZipWriter``, from start to end, and verifies everything: the sizes, and
/// the directory, which must match the members.
final class ZipReader: ArchiveReader {
    private enum State {
        case signature
        case header
        case name(length: Int, extra: Int)
        case data
        case descriptor
        /// The compared bytes of the directory.
        case directory(expected: [UInt8], compared: Int)
    }

    private var state = State.signature
    /// An incomplete record.
    private var pending = PendingBytes()
    /// Of the current member.
    private var inflater: Inflater?
    private var directory = ZipDirectory()
    private var member: ZipDirectory.Member?
    func read(_ bytes: UnsafeRawBufferPointer, _ found: (ArchivePart) throws -> Void) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .signature: try readSignature(&rest)
            case .header: try readHeader(&rest)
            case .name(let length, let extra): try readName(&rest, length, extra, found)
            case .data: try readData(&rest, found)
            case .descriptor: try readDescriptor(&rest, found)
            case .directory(let expected, let compared):
                try compare(&rest, expected, from: compared)
            }
        }
    }

    func finish() throws {
        guard case .directory(let expected, let compared) = state, compared == expected.count
        else { throw ArchiveError.damaged("it ends too early") }
    }

    private func readSignature(_ rest: inout Slice<UnsafeRawBufferPointer>) throws {
        guard let bytes = pending.take(4, from: &rest) else { return }
        if number(bytes, 0, UInt32.self) == ZipDirectory.headerSignature {
            pending.putBack(bytes)
            state = .header
        } else {
            var expected = directory.members.flatMap(ZipDirectory.entry)
            expected += directory.end(offset: end, bytes: UInt64(expected.count))
            guard expected.starts(with: bytes) else {
                throw ArchiveError.damaged("neither a file nor the directory begins at byte \(end)")
            }
            state = .directory(expected: expected, compared: bytes.count)
        }
    }

    /// The end of the last member.
    private var end: UInt64 = 0

    private func readHeader(_ rest: inout Slice<UnsafeRawBufferPointer>) throws {
        guard let bytes = pending.take(ZipDirectory.headerBytes, from: &rest) else { return }
        let length = Int(number(bytes, 26, UInt16.self))
        let extra = Int(number(bytes, 28, UInt16.self))
        let isOurs =
            number(bytes, 6, UInt16.self) == ZipDirectory.flags
            && number(bytes, 8, UInt16.self) == ZipDirectory.deflated
            && [ZipDirectory.timeBytes, ZipDirectory.markedBytes].contains(extra)
        guard isOurs, length > 0 else {
            throw ArchiveError.damaged("the file at byte \(end) was not written by Ferry")
        }
        pending.putBack(bytes)
        state = .name(length: length, extra: extra)
    }

    private func readName(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ length: Int, _ extra: Int,
        _ found: (ArchivePart) throws -> Void
    ) throws {
        let start = ZipDirectory.headerBytes
        let count = start + length + extra
        guard let bytes = pending.take(count, from: &rest) else { return }
        let member = ZipDirectory.Member(
            name: Array(bytes[start..<start + length]),
            modified: ZipTime(
                time: number(bytes, 10, UInt16.self), date: number(bytes, 12, UInt16.self),
                unix: number(bytes, count - 4, UInt32.self)),
            offset: end, isMarked: extra == ZipDirectory.markedBytes)
        guard ZipDirectory.header(member) == bytes,
            let name = String(validating: member.name, as: UTF8.self)
        else { throw ArchiveError.damaged("the file at byte \(end) was not written by Ferry") }
        self.member = member
        end += UInt64(count)
        inflater = try Inflater()
        state = .data
        try found(.member(name: name))
    }

    private func readData(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ found: (ArchivePart) throws -> Void
    ) throws {
        guard var member, let inflater else { preconditionFailure("no member was begun") }
        let (used, isEnd) = try inflater.inflate(UnsafeRawBufferPointer(rebasing: rest)) { bytes in
            member.crc = crc(of: bytes, after: member.crc)
            member.uncompressed += UInt64(bytes.count)
            try found(.bytes(bytes))
        }
        rest = rest.dropFirst(used)
        member.compressed += UInt64(used)
        end += UInt64(used)
        self.member = member
        if isEnd { state = .descriptor }
    }

    private func readDescriptor(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ found: (ArchivePart) throws -> Void
    ) throws {
        guard let member else { preconditionFailure("no member was begun") }
        let expected = ZipDirectory.descriptor(member)
        guard let bytes = pending.take(expected.count, from: &rest) else { return }
        guard bytes == expected else {
            let name = String(decoding: member.name, as: UTF8.self)
            throw ArchiveError.damaged("the checksum or the sizes of \(name) are wrong")
        }
        end += UInt64(bytes.count)
        directory.members.append(member)
        self.member = nil
        state = .signature
        try found(.end)
    }

    private func compare(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ expected: [UInt8], from compared: Int
    ) throws {
        let part = rest.prefix(expected.count - compared)
        guard !part.isEmpty else { throw ArchiveError.damaged("it has data after its end") }
        guard expected[compared...].starts(with: part) else {
            throw ArchiveError.damaged("its directory does not match the files in it")
        }
        rest = rest.dropFirst(part.count)
        state = .directory(expected: expected, compared: compared + part.count)
    }

    private func number<Number: FixedWidthInteger>(
        _ bytes: [UInt8], _ offset: Int, _: Number.Type
    ) -> Number {
        bytes.withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
    }
}

/// Decompresses deflate data without a header (RFC 1951).
final class Inflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer

    init() throws(CompressionError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: 256 * 1024, alignment: 16)
        let code = inflateInit2_(
            stream, -15, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        if code != Z_OK { throw .cannotStart(code: code) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// - Returns: The number of consumed bytes, and whether the data ends there.
    func inflate(
        _ bytes: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> (used: Int, isEnd: Bool) {
        // zlib only reads through next_in, although its type lacks const.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.bindMemory(to: Bytef.self).baseAddress)
        stream.pointee.avail_in = uInt(bytes.count)
        while true {
            stream.pointee.next_out = output.bindMemory(to: Bytef.self).baseAddress
            stream.pointee.avail_out = uInt(output.count)
            let code = CZlib.inflate(stream, Z_NO_FLUSH)
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                let reason = stream.pointee.msg.map { String(cString: $0) }
                throw ArchiveError.damaged(reason ?? "zlib code \(code)")
            }
            let count = output.count - Int(stream.pointee.avail_out)
            if count > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<count])) }
            let isFull = stream.pointee.avail_out == 0
            if code == Z_STREAM_END || !isFull {
                return (bytes.count - Int(stream.pointee.avail_in), code == Z_STREAM_END)
            }
        }
    }
}
