import Values

/// The headers of a ZIP file (APPNOTE 6.3.9), before each member and, in the directory, after all
/// members.
///
/// Sizes come after the bytes of a member, in a descriptor. Values of more than 32 bits are written
/// in 64 (ZIP64), and only these, so that old readers can read all other files. The header before a
/// member cannot know its size: if requested, a member that may exceed 32 bits is marked there, and
/// its descriptor then always has 64.
struct ZipDirectory: Equatable {
    struct Member: Equatable {
        var name: [UInt8]
        var modified: ZipTime
        /// The offset of its header.
        var offset: UInt64
        /// Whether its header marks its sizes as possibly exceeding 32 bits.
        var isMarked = false
        var crc: UInt32 = 0
        var compressed: UInt64 = 0
        var uncompressed: UInt64 = 0

        fileprivate var isLarge: Bool { compressed >= limit32 || uncompressed >= limit32 }
    }

    static let headerSignature: UInt32 = 0x0403_4B50
    static let descriptorSignature: UInt32 = 0x0807_4B50
    static let entrySignature: UInt32 = 0x0201_4B50
    /// From this value on, a field of 32 bits means that the real value is elsewhere.
    static let limit32 = UInt64(UInt32.max)
    /// Names are in UTF-8; sizes follow the bytes.
    static let flags: UInt16 = 0x0808
    static let deflated: UInt16 = 8
    static let headerBytes = 30
    /// The format version that introduced ZIP64.
    private static let zip64: UInt16 = 45
    static let timeBytes = 9
    /// The field that marks a member, with unknown sizes.
    private static let mark: [UInt8] = [1, 0, 16, 0] + [UInt8](repeating: 0, count: 16)
    static let markedBytes = mark.count + timeBytes

    var members: [Member] = []

    /// The header before the bytes of a member.
    static func header(_ member: Member) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: headerSignature)
        bytes.append(littleEndian: member.isMarked ? zip64 : UInt16(20))
        bytes.append(littleEndian: flags)
        bytes.append(littleEndian: deflated)
        bytes.append(littleEndian: member.modified.time)
        bytes.append(littleEndian: member.modified.date)
        // CRC and sizes: in the descriptor.
        bytes += [UInt8](repeating: 0, count: 4)
        bytes += [UInt8](repeating: member.isMarked ? 0xFF : 0, count: 8)
        bytes.append(littleEndian: UInt16(member.name.count))
        bytes.append(littleEndian: UInt16(member.isMarked ? markedBytes : timeBytes))
        return bytes + member.name + (member.isMarked ? mark : []) + member.modified.extraField
    }

    /// The descriptor after the bytes of a member.
    static func descriptor(_ member: Member) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: descriptorSignature)
        bytes.append(littleEndian: member.crc)
        if member.isMarked || member.isLarge {
            bytes.append(littleEndian: member.compressed)
            bytes.append(littleEndian: member.uncompressed)
        } else {
            bytes.append(littleEndian: UInt32(member.compressed))
            bytes.append(littleEndian: UInt32(member.uncompressed))
        }
        return bytes
    }

    /// The directory entry of a member.
    static func entry(_ member: Member) -> [UInt8] {
        var large: [UInt8] = []
        func field(_ value: UInt64) -> UInt32 {
            if value < limit32 { return UInt32(value) }
            large.append(littleEndian: value)
            return .max
        }
        // In this order: the extra field has those that are too large, too.
        let (uncompressed, compressed) = (field(member.uncompressed), field(member.compressed))
        let offset = field(member.offset)
        var extra = member.modified.extraField
        if !large.isEmpty {
            extra.append(littleEndian: UInt16(1))
            extra.append(littleEndian: UInt16(large.count))
            extra += large
        }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: entrySignature)
        // Made on Unix, by the latest version of the format that is used.
        bytes.append(littleEndian: UInt16(3 << 8) | zip64)
        bytes.append(littleEndian: large.isEmpty && !member.isMarked ? UInt16(20) : zip64)
        bytes.append(littleEndian: flags)
        bytes.append(littleEndian: deflated)
        bytes.append(littleEndian: member.modified.time)
        bytes.append(littleEndian: member.modified.date)
        bytes.append(littleEndian: member.crc)
        bytes.append(littleEndian: compressed)
        bytes.append(littleEndian: uncompressed)
        bytes.append(littleEndian: UInt16(member.name.count))
        bytes.append(littleEndian: UInt16(extra.count))
        // No comment, the first disk, no attributes but a regular file's 0644.
        bytes += [UInt8](repeating: 0, count: 6)
        bytes.append(littleEndian: UInt32(0o100644) << 16)
        bytes.append(littleEndian: offset)
        return bytes + member.name + extra
    }

    /// The end record after the directory.
    ///
    /// - Parameters:
    ///   - offset: The offset of the directory.
    ///   - bytes: Its length.
    func end(offset: UInt64, bytes size: UInt64) -> [UInt8] {
        let count = UInt64(members.count)
        var bytes: [UInt8] = []
        if count >= UInt64(UInt16.max) || offset >= Self.limit32 || size >= Self.limit32 {
            bytes.append(littleEndian: UInt32(0x0606_4B50))
            bytes.append(littleEndian: UInt64(44))
            bytes.append(littleEndian: UInt16(3 << 8) | Self.zip64)
            bytes.append(littleEndian: Self.zip64)
            bytes += [UInt8](repeating: 0, count: 8)
            bytes.append(littleEndian: count)
            bytes.append(littleEndian: count)
            bytes.append(littleEndian: size)
            bytes.append(littleEndian: offset)
            // Where that stands.
            bytes.append(littleEndian: UInt32(0x0706_4B50))
            bytes.append(littleEndian: UInt32(0))
            bytes.append(littleEndian: offset + size)
            bytes.append(littleEndian: UInt32(1))
        }
        let count16 = UInt16(min(count, UInt64(UInt16.max)))
        bytes.append(littleEndian: UInt32(0x0605_4B50))
        bytes += [UInt8](repeating: 0, count: 4)
        bytes.append(littleEndian: count16)
        bytes.append(littleEndian: count16)
        bytes.append(littleEndian: UInt32(min(size, Self.limit32)))
        bytes.append(littleEndian: UInt32(min(offset, Self.limit32)))
        bytes.append(littleEndian: UInt16(0))
        return bytes
    }
}

/// A time in ZIP files: in MS-DOS format, which has no time zone and is UTC here, and in Unix
/// format.
struct ZipTime: Equatable {
    let time: UInt16
    let date: UInt16
    let unix: UInt32

    /// - Parameter seconds: Since 1970-01-01T00:00:00Z. Before 1980 and after 2099, the MS-DOS part
    ///   is the first or the last second of these.
    init(_ seconds: Int64) {
        unix = UInt32(clamping: min(seconds, Int64(Int32.max)))
        let (firstSecond, lastSecond): (Int64, Int64) = (315_532_800, 4_102_444_799)
        let within = min(max(seconds, firstSecond), lastSecond)
        let second = within % 86_400
        time = UInt16((second / 3600) << 11 | (second / 60 % 60) << 5 | (second % 60) / 2)
        let day = CivilDay(CivilDay.number(of: within))
        date = UInt16((day.year - 1980) << 9 | day.month << 5 | day.day)
    }

    init(time: UInt16, date: UInt16, unix: UInt32) {
        (self.time, self.date, self.unix) = (time, date, unix)
    }

    /// The extended timestamp: when the file was modified.
    var extraField: [UInt8] {
        var bytes = Array("UT".utf8) + [5, 0, 1]
        bytes.append(littleEndian: unix)
        return bytes
    }
}
