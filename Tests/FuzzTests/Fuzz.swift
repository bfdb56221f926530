import Foundation
import Testing

/// Tries a rule on many inputs, each made from a number of its own, its seed, so that any of them
/// can be made again. `docs/testing.md` says how to try for longer, and how to repeat a try.
struct Fuzz {
    /// What is tried; in the names of files.
    let target: String

    private static let environment = ProcessInfo.processInfo.environment
    /// How long each target is tried; nil for a fixed number of tries.
    static let minutes = environment["FERRY_FUZZ_MINUTES"].flatMap(Int.init)
    /// Where to begin instead of at 1, or at a random number where minutes are given.
    private static let seed = environment["FERRY_FUZZ_SEED"].flatMap(UInt64.init)
    private static let failuresMax = 3

    init(_ target: String) { self.target = target }

    /// Tries inputs until there are enough, and records those that break the rule.
    ///
    /// - Parameters:
    ///   - tries: How many, unless minutes are asked for.
    ///   - make: Makes an input; the same for the same random numbers.
    ///   - check: Throws ``Violation``, or anything else that the code in question must not throw.
    func run<Input: FuzzInput>(
        tries: UInt64, make: (inout SeededRandom) throws -> Input,
        check: (Input) async throws -> Void
    ) async throws {
        let start = Self.seed ?? (Self.minutes == nil ? 1 : UInt64.random(in: 1...(1 << 40)))
        let end = Self.minutes.map { ContinuousClock.now + .seconds(60 * $0) }
        let record = try InputRecord(target: target, start: start)
        var failures = 0
        for number in UInt64(0)... {
            if let end { if ContinuousClock.now >= end { break } } else if number >= tries { break }
            let seed = start &+ number
            var random = SeededRandom(seed: seed)
            let input = try make(&random)
            try record.note(input.recorded)
            do {
                try await check(input)
            } catch {
                Issue.record(
                    """
                    \(target) breaks with FERRY_FUZZ_SEED=\(seed): \(error)
                    input: \(String(decoding: input.recorded.prefix(2_000), as: UTF8.self))
                    """)
                failures += 1
                if failures == Self.failuresMax { break }
            }
            // Other tests share the threads.
            if number % 64 == 0 { await Task.yield() }
        }
        record.remove()
    }
}

/// Something that can be written to a file for a person to look at.
protocol FuzzInput {
    var recorded: [UInt8] { get }
}

extension String: FuzzInput {
    var recorded: [UInt8] { Array(utf8) }
}

extension [UInt8]: FuzzInput {
    var recorded: [UInt8] { self }
}

/// A rule that does not hold, in words.
struct Violation: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Throws ``Violation`` unless the condition holds.
func require(_ condition: Bool, _ rule: @autoclosure () -> String) throws(Violation) {
    if !condition { throw Violation(rule()) }
}

extension Trait where Self == TimeLimitTrait {
    /// The limit of a suite that fuzzes: it ends what never ends.
    static var fuzzing: Self { .timeLimit(.minutes(10 + (Fuzz.minutes ?? 0))) }
}

/// The input that is being tried, in a file: a trap ends the process, and this is what is left.
private struct InputRecord {
    private let path: String
    private let file: FileHandle

    init(target: String, start: UInt64) throws {
        let process = ProcessInfo.processInfo.processIdentifier
        path = NSTemporaryDirectory() + "/ferry-fuzz-\(target)-\(process)"
        try Data().write(to: URL(filePath: path))
        file = try FileHandle(forWritingTo: URL(filePath: path))
        let notice =
            "fuzzing \(target) from FERRY_FUZZ_SEED=\(start); the input in question is in \(path)\n"
        try FileHandle.standardError.write(contentsOf: Data(notice.utf8))
    }

    func note(_ input: [UInt8]) throws {
        try file.truncate(atOffset: 0)
        try file.seek(toOffset: 0)
        try file.write(contentsOf: Data(input))
    }

    func remove() {
        try? file.close()
        try? FileManager.default.removeItem(atPath: path)
    }
}
