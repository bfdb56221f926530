import Dispatch
import Foundation
import Testing

@testable import Destinations

@Suite("A file lock", .timeLimit(.minutes(15)))
struct FileLockTests {
    @Test func `is held by one at a time, and leaves no file behind`() throws {
        let folder = try DirectoryUnderTest()
        let (path, counter) = (folder.root + "/lock", folder.root + "/counter")
        try Data("0".utf8).write(to: URL(filePath: counter))

        DispatchQueue.concurrentPerform(iterations: 6) { _ in
            for _ in 0..<40 {
                do {
                    let lock = try FileLock(at: path)
                    defer { lock.release() }
                    let text = try String(contentsOfFile: counter, encoding: .utf8)
                    try Data("\((Int(text) ?? 0) + 1)".utf8).write(to: URL(filePath: counter))
                } catch {
                    Issue.record(error)
                }
            }
        }

        #expect(try String(contentsOfFile: counter, encoding: .utf8) == "240")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.root) == ["counter"])
    }
}
