import Crypto
import Foundation
import TestSupport
import Testing

@testable import Formats

extension ArchiveFormat {
    typealias Members = [(name: String, bytes: [UInt8])]

    func archive(
        _ members: Members, modified: Int64 = 1_740_830_401, zip64: Bool = false
    ) throws -> [UInt8] {
        let writer = makeWriter(modified: modified, zip64: zip64)
        var result: [UInt8] = []
        for (name, bytes) in members {
            try writer.begin(name) { result += $0 }
            for start in stride(from: 0, to: bytes.count, by: 70_001) {
                try bytes[start..<min(start + 70_001, bytes.count)].withUnsafeBytes { piece in
                    try writer.write(piece) { result += $0 }
                }
            }
            try writer.endMember { result += $0 }
        }
        try writer.finish { result += $0 }
        return result
    }

    func members(of archive: [UInt8], chunk: Int) throws -> Members {
        let reader = makeReader()
        var members: Members = []
        for start in stride(from: 0, to: archive.count, by: chunk) {
            try archive[start..<min(start + chunk, archive.count)].withUnsafeBytes { piece in
                try reader.read(piece) { part in
                    switch part {
                    case .member(let name): members.append((name, []))
                    case .bytes(let bytes): members[members.count - 1].bytes += bytes
                    case .end: break
                    }
                }
            }
        }
        try reader.finish()
        return members
    }
}

@Suite("An archive", .timeLimit(.minutes(15)))
struct ArchiveTests {
    static let long = String(repeating: "n", count: 180) + ".csv"
    static let members: ArchiveFormat.Members = [
        ("orders.csv", Array(String(repeating: "1,abc\n", count: 100_000).utf8)),
        ("empty.csv", []), ("Größe ☃.csv", GzipTests.sample), (long, Array("x".utf8)),
        // More than is kept in memory.
        ("large.csv", (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }),
    ]

    /// What Python and the system's own programs say of an archive.
    private func reported(of archive: [UInt8], _ format: ArchiveFormat) throws -> [String] {
        let path = NSTemporaryDirectory() + "ferry-archive-" + UUID().uuidString
        defer {
            for ending in ["", ".py"] { try? FileManager.default.removeItem(atPath: path + ending) }
        }
        try Data(archive).write(to: URL(filePath: path))
        return try TestPython.lines(
            of: Self.program, at: path + ".py", [path, format == .zip ? "zip" : "tar"])
    }

    private static let program = #"""
        import hashlib, subprocess, sys, tarfile, zipfile

        path, kind = sys.argv[1:]
        if kind == "zip":
            archive = zipfile.ZipFile(path)
            assert archive.testzip() is None
            for info in archive.infolist():
                assert info.external_attr >> 16 == 0o100644
                assert info.date_time[:4] == (2025, 3, 1, 12)
                print(info.filename, hashlib.sha256(archive.read(info)).hexdigest())
            command = ["unzip", "-tqq", path]
        else:
            archive = tarfile.open(path)
            for info in archive:
                assert info.isfile() and info.mode == 0o644 and info.mtime == 1740830401
                assert (info.uid, info.gid, info.uname, info.gname) == (0, 0, "", "")
                print(info.name, hashlib.sha256(archive.extractfile(info).read()).hexdigest())
            command = ["tar", "-tf", path]
        # unzip warns of an archive without files.
        allowed = 1 if kind == "zip" and not archive.namelist() else 0
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert done.returncode == allowed
        """#

    @Test(arguments: [ArchiveFormat.zip, .tar])
    func `is read by readers that are not ours`(format: ArchiveFormat) throws {
        let expected = Self.members.map { name, bytes in
            "\(name) \(SHA256.hash(data: bytes).hexadecimal)"
        }

        #expect(try reported(of: format.archive(Self.members), format) == expected)
        #expect(try reported(of: format.archive(Self.members, zip64: true), format) == expected)
        #expect(try reported(of: format.archive([]), format) == [])
    }

    @Test(arguments: [ArchiveFormat.zip, .tar])
    func `comes back as it was, however it is cut`(format: ArchiveFormat) throws {
        for zip64 in format == .zip ? [false, true] : [false] {
            let archive = try format.archive(Self.members, zip64: zip64)
            for chunk in [7, 511, 513, 70_000, archive.count] {
                let read = try format.members(of: archive, chunk: chunk)
                #expect(read.map(\.name) == Self.members.map(\.name))
                #expect(zip(read, Self.members).allSatisfy { $0.bytes == $1.bytes })
            }
        }
    }

    @Test(arguments: ["\u{301}é", "a☃\r", "é=b\n", "=☃"])
    func `has members of any name`(name: String) throws {
        for format in [ArchiveFormat.zip, .tar] {
            let archive = try format.archive([(name, [1])])
            #expect(try format.members(of: archive, chunk: 100).map(\.name) == [name])
        }
    }

    @Test(arguments: [ArchiveFormat.zip, .tar])
    func `has the same bytes each time`(format: ArchiveFormat) throws {
        let archive = try format.archive(Self.members)

        #expect(try format.archive(Self.members) == archive)
        #expect(try format.archive(Self.members, modified: 1_740_830_403) != archive)
    }

    @Test(arguments: [ArchiveFormat.zip, .tar])
    func `is refused when it is cut short or continues`(format: ArchiveFormat) throws {
        let archive = try format.archive([("a", Array("hello".utf8)), ("b☃", [])])

        for count in archive.indices {
            #expect(throws: ArchiveError.self) {
                try format.members(of: Array(archive[..<count]), chunk: 64)
            }
        }
        #expect(throws: ArchiveError.damaged("it has data after its end")) {
            try format.members(of: archive + [0], chunk: 64)
        }
    }

    /// In a ZIP file all is protected; in a tar only headers are, and manifests have the hash.
    @Test(arguments: [ArchiveFormat.zip, .tar])
    func `survives every changed bit with an error or other contents`(
        format: ArchiveFormat
    ) throws {
        let members: ArchiveFormat.Members = [("a", Array("hello".utf8)), ("b☃", [1, 2, 3])]
        let archive = try format.archive(members)
        var refused = 0
        for index in archive.indices {
            for bit in 0..<8 {
                var changed = archive
                changed[index] ^= 1 << UInt8(bit)
                do {
                    _ = try format.members(of: changed, chunk: 37)
                } catch is ArchiveError {
                    refused += 1
                }
            }
        }

        // All but spare bits of deflate; all but the contents and unread fields of a tar.
        #expect(refused > archive.count * 8 * (format == .zip ? 99 : 80) / 100)
    }

    @Test func `reports if a member cannot be buffered`() throws {
        let spool = Spool(in: "/no/such/folder", memoryMax: 10)
        try Array("0123456789".utf8).withUnsafeBytes { try spool.append($0) }

        let error = #expect(throws: ArchiveError.self) {
            try Array("x".utf8).withUnsafeBytes { try spool.append($0) }
        }

        #expect(
            error == .noSpool(folder: "/no/such/folder", reason: "No such file or directory"))
    }

    @Test func `writes sizes of 8 GiB and more in a tar`() throws {
        let header = TarHeader(name: "a", size: 9_000_000_000, modified: 0).bytes
        let text = String(decoding: header[512..<1024].prefix { $0 != 0 }, as: UTF8.self)

        #expect(header.count == 3 * 512)
        #expect(text == "19 size=9000000000\n")
        let reader = TarReader()
        var name = ""
        try header.withUnsafeBytes { bytes in
            try reader.read(bytes) { if case .member(let found) = $0 { name = found } }
        }
        #expect(name == "a")
    }
}
