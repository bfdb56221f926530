import Foundation

/// Programs of some lines of shell.
public enum ShellScript {
    /// Writes one, for everybody to run.
    ///
    /// Another process writes it: what is open here for writing is so for a moment in every process
    /// that another test starts, and no system runs a file that is open for writing ("Text file
    /// busy").
    ///
    /// - Throws: ``NotWritten``, an error of the file system.
    public static func write(_ lines: String, to path: String) throws {
        let text = path + ".txt"
        try Data("#!/bin/sh\n\(lines)\n".utf8).write(to: URL(fileURLWithPath: text))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "cp \"$0\" \"$1\" && chmod 755 \"$1\" && rm \"$0\"", text, path]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw NotWritten(path: path) }
    }

    public struct NotWritten: Error {
        public let path: String
    }
}
