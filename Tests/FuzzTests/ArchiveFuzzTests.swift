import Testing

@testable import Formats

/// An archive's members, and the pieces that it is read in.
private struct ArchiveCase: FuzzInput {
    var format: ArchiveFormat
    var zip64: Bool
    var members: [(name: String, bytes: [UInt8])]
    var archive: [UInt8]
    /// The archive, or one that was changed.
    var read: [UInt8]
    var pieces: [Int]

    var recorded: [UInt8] { read }
}

@Suite("Any archive", .fuzzing)
struct ArchiveFuzzTests {
    @Test(arguments: [ArchiveFormat.zip, .tar])
    func `is read as it was written`(format: ArchiveFormat) async throws {
        try await Fuzz("\(format)").run(tries: 400) { random in
            try random.archive(format)
        } check: { example in
            let found = try Self.read(example)
            try require(found.map(\.name) == example.members.map(\.name), "other names")
            try require(
                zip(found, example.members).allSatisfy { $0.bytes == $1.bytes }, "other contents")
        }
    }

    @Test func `in ZIP that was changed is refused, or holds the same`() async throws {
        try await Fuzz("zip-changed").run(tries: 1_500) { random in
            try random.changedArchive(.zip)
        } check: { example in
            guard let found = try? Self.read(example) as ReadMembers else { return }
            try require(found.map(\.name) == example.members.map(\.name), "other names")
            try require(
                zip(found, example.members).allSatisfy { $0.bytes == $1.bytes }, "other contents")
        }
    }

    /// A tar has no checksum of contents; manifests have.
    @Test func `in tar that was changed is refused, or holds no more than its bytes`() async throws
    {
        try await Fuzz("tar-changed").run(tries: 3_000) { random in
            try random.changedArchive(.tar)
        } check: { example in
            guard let found = try? Self.read(example) as ReadMembers else { return }
            let bytes = found.reduce(0) { $0 + $1.bytes.count }
            try require(bytes <= example.read.count, "\(bytes) of \(example.read.count) bytes")
            try require(found.allSatisfy { !$0.name.isEmpty }, "a file without a name")
        }
    }

    private typealias ReadMembers = [(name: String, bytes: [UInt8])]

    /// Reads it, each piece in memory of its own, so that what is read beyond it is found.
    ///
    /// - Throws: ``Violation`` for parts out of order, or for an unexpected kind of error.
    private static func read(_ example: ArchiveCase) throws -> ReadMembers {
        let reader = example.format.makeReader()
        var members: ReadMembers = []
        var isOpen = false
        var start = 0
        do {
            for size in example.pieces {
                let piece = Array(example.read[start..<start + size])
                start += size
                try piece.withUnsafeBytes { bytes in
                    try reader.read(bytes) { part in
                        switch part {
                        case .member(let name):
                            try require(!isOpen, "a file begins in another")
                            isOpen = true
                            members.append((name, []))
                        case .bytes(let bytes):
                            try require(isOpen, "bytes of no file")
                            members[members.count - 1].bytes += bytes
                        case .end:
                            try require(isOpen, "the end of no file")
                            isOpen = false
                        }
                    }
                }
            }
            try reader.finish()
        } catch let error as ArchiveError {
            guard case .damaged = error else { throw Violation("\(error)") }
            throw error
        }
        try require(!isOpen, "a file without an end")
        return members
    }
}

extension SeededRandom {
    fileprivate mutating func archive(_ format: ArchiveFormat) throws -> ArchiveCase {
        let zip64 = once(in: 4)
        let members = list(0...4) { random in
            let length = random.pick([8, 99, 100, 101, 240])
            var name = random.text(0...length).replacing("\u{0}", with: "").replacing(
                "\n", with: "")
            // Its first scalar is none that joins one before it.
            name = "f" + String(decoding: name.utf8.prefix(250), as: UTF8.self)
            let size = random.pick([0, 1, 511, 512, 513, 3_000])
            let bytes =
                random.once(in: 2)
                ? random.bytes(0...size) : [UInt8](repeating: 0x61, count: size)
            return (name: name, bytes: bytes)
        }
        let writer = format.makeWriter(modified: number(0...4_102_444_800), zip64: zip64)
        var archive: [UInt8] = []
        for (name, bytes) in members {
            try writer.begin(name) { archive += $0 }
            var rest = bytes[...]
            for size in pieces(of: bytes.count) {
                try Array(rest.prefix(size)).withUnsafeBytes { piece in
                    try writer.write(piece) { archive += $0 }
                }
                rest = rest.dropFirst(size)
            }
            try writer.endMember { archive += $0 }
        }
        try writer.finish { archive += $0 }
        return ArchiveCase(
            format: format, zip64: zip64, members: members, archive: archive, read: archive,
            pieces: pieces(of: archive.count))
    }

    fileprivate mutating func changedArchive(_ format: ArchiveFormat) throws -> ArchiveCase {
        var example = try archive(format)
        let tokens = ["PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "PK\u{7}\u{8}", "ustar"]
        example.read = mutated(example.archive, tokens: tokens)
        if format == .tar, once(in: 2) { fixChecksums(&example.read) }
        example.pieces = pieces(of: example.read.count)
        return example
    }

    /// Otherwise nothing but the checksum of a tar's headers is ever tried.
    private func fixChecksums(_ tar: inout [UInt8]) {
        for start in stride(from: 0, to: tar.count - TarHeader.blockBytes + 1, by: 512)
        where tar[start + 257..<start + 262].elementsEqual("ustar".utf8) {
            let field = start + 148..<start + 156
            for index in field { tar[index] = UInt8(ascii: " ") }
            let sum = tar[start..<start + 512].reduce(0) { $0 + Int($1) }
            let digits = String(sum, radix: 8)
            let text = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "\0 "
            tar.replaceSubrange(field, with: text.utf8)
        }
    }
}
