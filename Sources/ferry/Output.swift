import ArgumentParser
import Dispatch
import Foundation
import Values
import Watching

/// The output formats.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people: an aligned table, or a live one.
    case table
    /// For programs: one JSON object per line.
    case ndjson
}

struct OutputOptions: ParsableArguments {
    @Option(help: "Output format: table, or ndjson (one JSON object per line).")
    var output = OutputFormat.table
}

/// The reader closed the output.
struct OutputClosed: Error {}

/// Standard output, written completely and without buffering.
enum Output {
    private static let queue = DispatchQueue(label: "ferry.output")

    /// Returns when everything is written, however slow the reader is, without blocking Swift's own
    /// threads.
    ///
    /// - Throws: ``OutputClosed``; ``Failure`` when it cannot be written for another reason.
    static func write(_ text: String) async throws {
        let bytes = Array(text.utf8)
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try writeAll(bytes) }) }
        }
    }

    static func line(_ text: String) async throws { try await write(text + "\n") }

    private static func writeAll(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count > 0 {
                offset += count
            } else if errno == EPIPE {
                throw OutputClosed()
            } else if errno == EAGAIN {
                // Another program made the terminal non-blocking.
                var wait = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, 1000)
            } else if errno != EINTR {
                throw Failure(.internalError, "cannot write: \(String(cString: strerror(errno)))")
            }
        }
    }
}

/// Standard error, for everything but results: one line each.
enum Diagnostics {
    static func write(_ text: String) {
        FileHandle.standardError.write(Data("ferry: \(onOneLine(text))\n".utf8))
    }

    /// Messages of libpq have several lines.
    static func onOneLine(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        return shown(lines.joined(separator: " "))
    }
}
