import Foundation
import TestSupport
import Testing

@testable import Formats

@Suite("A ZIP file beyond 4 GiB", .timeLimit(.minutes(15)))
struct LargeZipTests {
    private func lines(_ path: String, _ program: String) throws -> [String] {
        defer {
            for ending in ["", ".py"] { try? FileManager.default.removeItem(atPath: path + ending) }
        }
        return try TestPython.lines(of: program, at: path + ".py", [path])
    }

    private let path = NSTemporaryDirectory() + "ferry-zip-" + UUID().uuidString

    /// The bytes of a first member are a hole in the file, so that they need not be written.
    @Test func `is read by its directory`() throws {
        let hello = Array("hello".utf8)
        let time = ZipTime(1_740_830_401)
        var large = ZipDirectory.Member(name: Array("large".utf8), modified: time, offset: 0)
        (large.compressed, large.uncompressed) = (5 << 30, 6 << 30)
        let end = UInt64(ZipDirectory.header(large).count) + large.compressed
        let descriptor = ZipDirectory.descriptor(large)
        var small = ZipDirectory.Member(
            name: Array("small".utf8), modified: time, offset: end + UInt64(descriptor.count))
        let deflated = try GzipCompressor(wrapping: .none).output(of: hello) { _ in 5 }
        small.crc = hello.withUnsafeBytes { crc(of: $0, after: 0) }
        (small.compressed, small.uncompressed) = (UInt64(deflated.count), 5)
        let tail =
            descriptor + ZipDirectory.header(small) + deflated + ZipDirectory.descriptor(small)
        let directory = ZipDirectory(members: [large, small])
        let entries = directory.members.flatMap(ZipDirectory.entry)
        let ending = directory.end(
            offset: end + UInt64(tail.count), bytes: UInt64(entries.count))
        try Data(ZipDirectory.header(large)).write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seek(toOffset: end)
        try file.write(contentsOf: tail + entries + ending)
        try file.close()

        let reported = try lines(
            path,
            """
            import subprocess, sys, zipfile
            archive = zipfile.ZipFile(sys.argv[1])
            for info in archive.infolist():
                print(info.filename, info.compress_size, info.file_size, info.header_offset)
            print(archive.read("small").decode())
            print(subprocess.run(["unzip", "-pqq", sys.argv[1], "small"],
                                 capture_output=True).stdout.decode())
            """)

        #expect(
            reported == [
                "large 5368709120 6442450944 0", "small 7 5 \(small.offset)", "hello", "hello",
            ])
    }

    /// Writes a member of so many bytes, all the same, and a small one.
    private func write(bytes: Int64, zip64: Bool) throws {
        try Data().write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        func output(_ bytes: UnsafeRawBufferPointer) throws {
            try file.write(contentsOf: Data(bytes))
        }
        let writer = ZipWriter(modified: 1_740_830_401, marksMembers: zip64)
        let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 24)
        try writer.begin("large", into: output)
        var rest = bytes
        while rest > 0 {
            let count = Int(min(rest, Int64(chunk.count)))
            try chunk[..<count].withUnsafeBytes { try writer.write($0, into: output) }
            rest -= Int64(count)
        }
        try writer.endMember(into: output)
        try writer.begin("small", into: output)
        try Array("hello".utf8).withUnsafeBytes { try writer.write($0, into: output) }
        try writer.endMember(into: output)
        try writer.finish(into: output)
        try file.close()
    }

    /// What readers say of the names and sizes: two by the directory, one of the stream.
    private static let readers = #"""
        import subprocess, sys, zipfile
        path = sys.argv[1]
        print([(info.filename, info.file_size) for info in zipfile.ZipFile(path).infolist()])
        print("unzip", subprocess.run(["unzip", "-tqq", path], capture_output=True).returncode)
        if subprocess.run(["sh", "-c", "command -v bsdtar"], capture_output=True).returncode == 0:
            with open(path, "rb") as archive:
                tar = subprocess.Popen(["bsdtar", "-xOf", "-"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                cat = subprocess.Popen(["cat"], stdin=archive, stdout=tar.stdin)
                tar.stdin.close()
                count = 0
                while piece := tar.stdout.read(1 << 24):
                    count += len(piece)
                cat.wait()
                print("bsdtar", count, tar.wait())
        """#

    @Test(arguments: [false, true])
    func `is not needed for readers to read either form`(zip64: Bool) throws {
        try write(bytes: 100_000, zip64: zip64)

        let reported = try lines(path, Self.readers)

        #expect(reported.prefix(2) == ["[('large', 100000), ('small', 5)]", "unzip 0"])
        #expect(reported.dropFirst(2).allSatisfy { $0 == "bsdtar 100005 0" })
    }

    /// Takes a minute.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["FERRY_LARGE_TESTS"] != nil))
    func `is read as a stream where its members are announced`() throws {
        let bytes: Int64 = (4 << 30) + 1000
        try write(bytes: bytes, zip64: true)

        let reported = try lines(path, Self.readers)

        #expect(reported.prefix(2) == ["[('large', \(bytes)), ('small', 5)]", "unzip 0"])
        #expect(reported.dropFirst(2).allSatisfy { $0 == "bsdtar \(bytes + 5) 0" })
    }

    @Test func `may have more members than 16 bits count`() throws {
        let member = ZipDirectory.Member(
            name: Array("a".utf8), modified: ZipTime(1_740_830_401), offset: 0)
        let directory = ZipDirectory(members: Array(repeating: member, count: 70_000))
        let entries = directory.members.flatMap(ZipDirectory.entry)
        let bytes = entries + directory.end(offset: 0, bytes: UInt64(entries.count))
        try Data(bytes).write(to: URL(filePath: path))

        let reported = try lines(
            path, "import sys, zipfile\nprint(len(zipfile.ZipFile(sys.argv[1]).namelist()))")

        #expect(reported == ["70000"])
    }

    @Test(arguments: [
        (0, 1980, 1, 1, 0, 0), (951_782_400, 2000, 2, 29, 0, 0),
        (1_740_830_401, 2025, 3, 1, 12, 0), (1_735_689_599, 2024, 12, 31, 23, 59),
        (99_999_999_999, 2099, 12, 31, 23, 59),
    ])
    func `writes times in MS-DOS format`(
        seconds: Int64, year: Int, month: Int, day: Int, hour: Int, minute: Int
    ) {
        let time = ZipTime(seconds)
        let (date, clock) = (Int(time.date), Int(time.time))

        #expect((date >> 9) + 1980 == year)
        #expect((date >> 5) & 15 == month)
        #expect(date & 31 == day)
        #expect(clock >> 11 == hour)
        #expect((clock >> 5) & 63 == minute)
    }
}
