internal import Foundation
internal import Lifecycle
internal import Subprocess
import Values
import Waiting

#if canImport(System)
    internal import System
#else
    internal import SystemPackage
#endif

/// Runs a program with a message on its standard input.
///
/// No shell is involved. The program gets `PATH`, `HOME`, `LANG` and `TZ` of the worker and the
/// message as `FERRY_…` variables, and nothing else of the worker's environment, which contains
/// secrets.
struct ProgramRunner: Sendable {
    /// The command lines that may be run, each a path and its arguments.
    let allowed: [[String]]
    let timeout: Duration

    private static let tailBytes = 1024
    /// How long a program may take to end after a request before it is killed.
    private static let grace: Duration = .seconds(2)

    /// - Parameter words: The program's path, then its arguments.
    func run(_ words: [String], with delivery: ClaimedDelivery) async -> AttemptOutcome {
        let path = words.first ?? ""
        // By bytes: two spellings that are equal to Swift may be two programs.
        let isAllowed = allowed.contains {
            $0.map { Array($0.utf8) } == words.map { Array($0.utf8) }
        }
        guard isAllowed else {
            return .failed(
                reason: "no worker allows the program \(shown(words.joined(separator: " "))): "
                    + "start one with --allow-program and this whole command line")
        }
        do {
            let variables = try Self.variables(of: delivery)
            let ended = try await Deadline(timeout).runToItsEnd {
                try await Self.end(
                    of: path, Array(words.dropFirst()), variables, input: delivery.payload)
            }
            guard let (status, output) = ended else {
                return .failed(
                    reason: "\(shown(path)) did not end within "
                        + "\(timeout.components.seconds) s and was killed")
            }
            if status.isSuccess { return .delivered }
            let how =
                switch status {
                case .exited(let code): "ended with status \(code)"
                case .signaled(let signal): "was killed by signal \(signal)"
                }
            let said = excerpt(output, ending: true)
            return .failed(reason: "\(shown(path)) \(how)" + (said.isEmpty ? "" : ": \(said)"))
        } catch {
            return .failed(reason: excerpt("cannot run \(path): \(error)"))
        }
    }

    private static func end(
        of path: String, _ arguments: [String], _ variables: [String: String], input: String
    ) async throws -> (TerminationStatus, String) {
        var options = PlatformOptions()
        // A process group of its own, so that its children are ended with it.
        options.processGroupID = 0
        options.teardownSequence = [
            .send(
                signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: grace),
            .send(
                signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
        ]
        let result = try await Subprocess.run(
            .path(.init(path)), arguments: Arguments(arguments),
            environment: .custom(environment(variables)),
            workingDirectory: "/", platformOptions: options, input: .inputWriter,
            output: .sequence, error: .combinedWithOutput
        ) { execution in
            async let written: Void = write(input, to: execution.standardInputWriter)
            var tail: [UInt8] = []
            for try await buffer in execution.standardOutput {
                buffer.withUnsafeBytes { tail += $0 }
                tail = tail.suffix(tailBytes)
            }
            await written
            return String(decoding: tail, as: UTF8.self)
        }
        return (result.terminationStatus, result.closureResult)
    }

    private static func environment(
        _ variables: [String: String]
    ) -> [Environment.Key: String] {
        var environment: [Environment.Key: String] = [:]
        for (name, value) in variables {
            if let key = Environment.Key(rawValue: name) { environment[key] = value }
        }
        return environment
    }

    /// A program need not read its input.
    private static func write(_ text: String, to writer: StandardInputWriter) async {
        _ = try? await writer.write(text)
        try? await writer.finish()
    }

    private static func variables(of delivery: ClaimedDelivery) throws -> [String: String] {
        let message = try JSONDecoder().decode(Message.self, from: Data(delivery.payload.utf8))
        let values: [String: String?] = [
            "FERRY_ALERT": message.alert, "FERRY_DELIVERY": delivery.id,
            "FERRY_EVENT": message.event, "FERRY_ENVIRONMENT": message.environment,
            "FERRY_RUN": message.run.map { String($0.id) },
            "FERRY_ORCHESTRATION": message.run?.orchestration,
            "FERRY_DATA_EXPORT": message.run?.dataExport,
            "FERRY_DESTINATION": message.run?.destination, "FERRY_STATE": message.run?.state,
            "FERRY_ERROR_CODE": message.run?.error?.code,
            "FERRY_ERROR_MESSAGE": message.run?.error?.message,
        ]
        let own = ProcessInfo.processInfo.environment
            .filter { ["PATH", "HOME", "LANG", "TZ"].contains($0.key) }
        return own.merging(values.compactMapValues { $0 }) { $1 }
    }

    /// The parts of a message that programs get as variables.
    private struct Message: Decodable {
        let event: String
        let alert: String
        let environment: String
        let run: Run?

        struct Run: Decodable {
            let id: Int64
            let orchestration: String
            let dataExport: String
            let destination: String
            let state: String
            let error: Failure?

            enum CodingKeys: String, CodingKey {
                case id, orchestration
                case dataExport = "data_export"
                case destination, state, error
            }
        }

        struct Failure: Decodable {
            let code: String
            let message: String
        }
    }
}
