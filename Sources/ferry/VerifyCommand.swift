import ArgumentParser
import Foundation
import Manifests
import Watching

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that a delivery is complete and unchanged.",
        discussion: """
            Reads every file beside the manifest again and compares bytes, SHA-256 and rows. \
            Follows latest.json to the newest delivery. Exit status 1 when anything differs.

            Users who can write where the delivery is can replace its manifest, too. --from-queue \
            makes sure that the manifest is the one that its run decided on: it asks the queue \
            (FERRY_DATABASE_URL) for the SHA-256. --run does the same, and makes sure that the \
            delivery is that run's and not another's. --sha256 does so without a database: \
            `select manifest_sha256 from ferry.runs` and alerts say the hash.
            """)

    @Argument(
        help: "The manifest or latest.json, or the folder that holds either.", completion: .file())
    var manifest: String

    @Option(
        help: ArgumentHelp(
            "The SHA-256 that the manifest must have: 64 hexadecimal digits.", valueName: "hash"))
    var sha256: String?

    @Flag(help: "Compare the manifest with the SHA-256 that the queue keeps of its run.")
    var fromQueue = false

    @Option(
        help: ArgumentHelp(
            "Compare the manifest with the SHA-256 that the queue keeps of this run.",
            valueName: "id"))
    var run: Int64?

    @OptionGroup var format: OutputOptions

    func validate() throws {
        if sha256 != nil, fromQueue || run != nil {
            throw ValidationError("give --sha256, or let the queue say it, not both")
        }
        guard let sha256 else { return }
        guard sha256.utf8.count == 64, sha256.allSatisfy(\.isHexDigit) else {
            throw ValidationError("--sha256 must be 64 hexadecimal digits, was \(sha256)")
        }
    }

    func run() async throws {
        var path = manifest
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder.boolValue
        {
            let latest = path + "/" + LatestDelivery.fileName
            path += "/" + Manifest.fileName
            if !FileManager.default.fileExists(atPath: path),
                FileManager.default.fileExists(atPath: latest)
            {
                path = latest
            }
        }
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure(
                .notFound, "there is no manifest \(path)",
                hint: "a delivery without a manifest is not complete")
        }
        let report: VerificationReport
        do {
            let expected =
                fromQueue || run != nil
                ? try await hashInQueue(of: try Manifests.manifest(at: path)) : sha256?.lowercased()
            report =
                URL(filePath: path).lastPathComponent == LatestDelivery.fileName
                ? try Manifests.verify(latestAt: path, sha256: expected)
                : try Manifests.verify(manifestAt: path, sha256: expected)
        } catch let error as ManifestError {
            throw Failure(.failed, "\(error)")
        }
        try await Output.write(format.output == .ndjson ? json(report) : text(report))
        if !report.isComplete { throw ExitStatus.failed.code }
    }

    private func text(_ report: VerificationReport) -> String {
        let manifest = report.manifest
        let totals = manifest.totals
        let isCounted = report.notCounted.isEmpty
        let name = Display.escaped(manifest.export.name)
        var lines = report.findings.map { Display.escaped("\($0)") }
        lines += report.notCounted.map {
            Display.escaped("not counted: \($0.file): \($0.reason)")
        }
        let what =
            "run \(manifest.run) \(name): "
            + [
                Quantity.plural(Int64(totals.files), "file"),
                isCounted ? Quantity.plural(totals.rows, "row") : "rows not counted",
                Quantity.bytes(totals.bytes),
            ].joined(separator: ", ")
        lines.append(
            report.isComplete
                ? "ok: \(what)"
                : "not as the manifest says (\(report.findings.count)): \(what)")
        return lines.map { $0 + "\n" }.joined()
    }

    private func json(_ report: VerificationReport) -> String {
        let findings = report.findings.map { JSONLines.string("\($0)") }.joined(separator: ",")
        let notCounted = report.notCounted.map { JSONLines.string($0.file) }.joined(separator: ",")
        return "{\"run\":\(report.manifest.run),"
            + "\"export\":\(JSONLines.string(report.manifest.export.name)),"
            + "\"complete\":\(report.isComplete),\"bytes_read\":\(report.bytesRead),"
            + "\"findings\":[\(findings)],\"not_counted\":[\(notCounted)]}\n"
    }
}
