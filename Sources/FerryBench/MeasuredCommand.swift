import Foundation

/// The resources of an export.
struct Usage {
    var seconds: Double
    /// The most memory that the process had resident, in MiB; 0 where the system does not tell.
    var peakMemory: Double
}

extension Bench {
    /// Runs a program to its end.
    ///
    /// - Returns: The resources, and the standard output: a few lines at most.
    /// - Throws: ``ToolFailed`` if it is missing or does not end with status 0.
    func measured(
        _ name: String, _ arguments: [String]
    ) async throws -> (usage: Usage, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.standardOutput = output
        let start = ContinuousClock.now
        try process.run()
        var peak = 0.0
        while process.isRunning {
            peak = max(peak, peakMemory(of: process))
            try await Task.sleep(for: .milliseconds(2))
        }
        let took = seconds(ContinuousClock.now - start)
        guard process.terminationStatus == 0 else { throw ToolFailed(name: name) }
        let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        return (Usage(seconds: took, peakMemory: peak), text)
    }

    /// The most memory that a running process has had resident so far, in MiB; 0 where the system
    /// does not tell.
    func peakMemory(of process: Process) -> Double {
        let status = try? String(
            contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = line?.split(separator: " ").compactMap { Double($0) }.first
        return (kilobytes ?? 0) / 1024
    }
}
