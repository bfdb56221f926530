public import Foundation

/// The Python with the packages of `Tests/requirements.txt`, which `scripts/test` installs: readers
/// and servers that know nothing of Ferry.
public enum TestPython {
    /// The path of the interpreter.
    public static var path: String { root + "/.build/test-python/bin/python" }

    /// A process that runs a Python program; not started.
    ///
    /// - Throws: ``NotInstalled`` when the packages are not there.
    public static func process(_ arguments: [String]) throws -> Process {
        guard FileManager.default.isExecutableFile(atPath: path) else { throw NotInstalled() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        return process
    }

    public struct NotInstalled: Error, CustomStringConvertible {
        public var description: String { "\(path) is missing: run scripts/test once" }
    }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}
