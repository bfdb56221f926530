import Values

/// Writes an archive: files one after the other, each a stream of bytes of unknown length.
///
/// The same members give the same bytes. Used by one task or thread at a time.
public protocol ArchiveWriter: AnyObject {
    typealias Output = (UnsafeRawBufferPointer) throws -> Void

    /// Begins a member. Its name is a file name, never a path.
    func begin(_ name: String, into output: Output) throws

    /// Appends bytes to the current member. They may be passed on immediately, or when it ends.
    func write(_ bytes: UnsafeRawBufferPointer, into output: Output) throws

    /// Ends the current member.
    func endMember(into output: Output) throws

    /// Ends the archive. Call it once.
    func finish(into output: Output) throws
}

/// Reads an archive that an ``ArchiveWriter`` wrote, from its bytes in order.
public protocol ArchiveReader: AnyObject {
    /// Reads the next bytes, and reports their content.
    ///
    /// - Throws: ``ArchiveError/damaged(_:)``, or errors of `found`.
    func read(_ bytes: UnsafeRawBufferPointer, _ found: (ArchivePart) throws -> Void) throws

    /// Call it after the last bytes.
    ///
    /// - Throws: ``ArchiveError/damaged(_:)`` if the archive is truncated.
    func finish() throws
}

/// A piece of an archive.
public enum ArchivePart {
    /// A member begins.
    case member(name: String)
    /// Bytes of that member, valid during the call.
    case bytes(UnsafeRawBufferPointer)
    /// All of it was read.
    case end
}

/// The layout of archives.
public enum ArchiveFormat: Sendable {
    case zip
    case tar

    /// - Parameters:
    ///   - modified: When its members were last changed, in seconds since 1970-01-01T00:00:00Z.
    ///   - zip64: Whether a ZIP file is written for stream readers that need to know in advance
    ///     that a member may exceed 4 GiB; see ``DataTemplateSettings/zip64``.
    public func makeWriter(modified: Int64, zip64: Bool = false) -> any ArchiveWriter {
        switch self {
        case .zip: ZipWriter(modified: modified, marksMembers: zip64)
        case .tar: TarWriter(modified: modified)
        }
    }

    public func makeReader() -> any ArchiveReader {
        switch self {
        case .zip: ZipReader()
        case .tar: TarReader()
        }
    }
}

/// Why an archive could not be written or read.
public enum ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A member of a tar cannot be buffered until its size is known.
    case noSpool(folder: String, reason: String)
    /// The bytes are not an archive that Ferry wrote.
    case damaged(String)

    public var description: String {
        switch self {
        case .noSpool(let folder, let reason):
            "cannot keep a file in \"\(shown(folder))\" until its size is known, which a tar needs "
                + "first: \(shown(reason)). Free some space there, set TMPDIR to another folder on "
                + "the workers, or set \"compression\" to \"zip\", which needs no temporary space"
        case .damaged(let reason):
            "the archive is damaged (\(shown(reason))): deliver it again"
        }
    }
}

extension [UInt8] {
    /// Appends the bytes of a number, the lowest first.
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
