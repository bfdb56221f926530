internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A home directory for gpg: private, temporary, removed when it is released.
final class GPGHome: Sendable {
    private let path: String

    init() throws(PGPError) {
        let name = FileManager.default.temporaryDirectory.path(percentEncoded: false)
        var template = Array((name + "/ferry-gpg-XXXXXX").utf8CString)
        // Only its owner has access.
        guard mkdtemp(&template) != nil else {
            throw .failed(reason: "no folder in \(name): " + String(cString: strerror(errno)))
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Starts gpg.
    func start(_ arguments: [String]) throws(PGPError) -> GPGProcess {
        let ours = [
            "gpg", "--homedir", path, "--no-options", "--batch", "--no-tty", "--no-autostart",
            "--no-greeting", "--no-permission-warning", "--no-auto-check-trustdb",
            "--no-auto-key-locate", "--disable-dirmngr",
        ]
        // Nothing else of the worker's environment, which contains secrets.
        let environment = ProcessInfo.processInfo.environment
        var variables = ["LC_ALL=C", "HOME=\(path)"]
        for name in ["PATH", "TMPDIR"] {
            if let value = environment[name] { variables.append("\(name)=\(value)") }
        }
        return try GPGProcess(ours + arguments, variables: variables)
    }

    /// Runs gpg until it ends.
    func run(
        _ arguments: [String], input: [UInt8]
    ) throws(PGPError) -> (output: String, hasSucceeded: Bool) {
        let program = try start(arguments)
        var output: [UInt8] = []
        var hasSucceeded = true
        do {
            // It may end before it has read everything.
            try input.withUnsafeBytes { try program.send($0) { output += $0 } }
            try program.finish { output += $0 }
        } catch {
            hasSucceeded = false
            try? program.finish { output += $0 }
        }
        return (String(decoding: output, as: UTF8.self), hasSucceeded)
    }
}
