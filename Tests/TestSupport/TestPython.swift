public import Foundation

/// The Python with the packages of `Tests/requirements.txt`, which `scripts/test` installs: readers
/// and servers that know nothing of Ferry.
public enum TestPython {
    /// The folder of its programs.
    public static var folder: String { root + "/.build/test-python/bin" }

    /// The path of the interpreter.
    public static var path: String { folder + "/python" }

    /// The path of a program that a package brings.
    public static func program(_ name: String) -> String {
        root + "/.build/test-python/bin/" + name
    }

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

    /// Runs a Python program to its end.
    ///
    /// - Parameter script: Where the program is written to.
    /// - Returns: The lines that it prints, complaints among them, and its exit status as one more
    ///   line when that is not 0.
    /// - Throws: ``NotInstalled``; an error of the file system.
    public static func lines(
        of program: String, at script: String, _ arguments: [String]
    ) throws -> [String] {
        try Data(program.utf8).write(to: URL(fileURLWithPath: script))
        let process = try process([script] + arguments)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        if process.terminationStatus != 0 { lines.append("exit \(process.terminationStatus)") }
        return lines
    }

    /// The same for a program that takes long: the threads that all tests share go on meanwhile.
    public static func linesLater(
        of program: String, at script: String, _ arguments: [String]
    ) async throws -> [String] {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try lines(of: program, at: script, arguments) })
            }
        }
    }

    public struct NotInstalled: Error, CustomStringConvertible {
        public var description: String { "\(path) is missing: run scripts/test once" }
    }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}
