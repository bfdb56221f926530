import Values
import ArgumentParser
import Destinations
import Foundation
import Manifests
import Watching

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that a delivery is complete and unchanged.",
        discussion: """
            Reads every file beside the manifest again, where the delivery is, and compares bytes, \
            SHA-256 and rows. Follows latest.json to the newest delivery. Exit status 1 when \
            anything differs.

            PLACE is a path; s3://bucket/folder; sftp://user@host:port/folder; or postgres:RUN \
            for the tables that a run has filled, of which the rows are counted. Names in it are \
            written as they are. --setting gives the other settings of such a destination, such \
            as endpoint, region and host_key, and --credential its credential, which this program \
            is given as a worker is: in a variable FERRY_CREDENTIAL_NAME, or by --credentials. \
            Without a PLACE, --run finds it by the settings of the run's destination.

            Users who can write where the delivery is can replace its manifest, too. --from-queue \
            makes sure that the manifest is the one that its run decided on: it asks the queue \
            (FERRY_DATABASE_URL) for the SHA-256. --run does the same, and makes sure that the \
            delivery is that run's and not another's. --sha256 does so without a database: \
            `select manifest_sha256 from ferry.runs` and alerts say the hash.
            """)

    @Argument(
        help: ArgumentHelp(
            "The manifest or latest.json, or the folder that holds either; not needed with --run.",
            valueName: "place"),
        completion: .file())
    var place: String?

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

    @OptionGroup var access: PlaceOptions
    @OptionGroup var format: OutputOptions

    func validate() throws {
        if sha256 != nil, fromQueue || run != nil {
            throw ValidationError("give --sha256, or let the queue say it, not both")
        }
        guard place != nil || run != nil else {
            throw ValidationError("say where the delivery is, or of which --run it is")
        }
        guard let sha256 else { return }
        guard sha256.utf8.count == 64, sha256.allSatisfy(\.isHexDigit) else {
            throw ValidationError("--sha256 must be 64 hexadecimal digits, was \(sha256)")
        }
    }

    func run() async throws {
        let report: VerificationReport
        do {
            report = try await verify()
        } catch {
            throw Failure(verifying: error)
        }
        try await Output.write(format.output == .ndjson ? json(report) : text(report))
        if !report.isComplete { throw ExitStatus.failed.code }
    }

    private func verify() async throws -> VerificationReport {
        if let place { return try await verify(DeliveryAddress(place), nil) }
        guard let run else { throw Failure(.usage, "say where the delivery is") }
        let record = try await DeliveredRun(run)
        return try await verify(record.address, record)
    }

    /// - Parameter record: That of the run, where it was asked for already.
    private func verify(
        _ address: DeliveryAddress, _ record: DeliveredRun?
    ) async throws -> VerificationReport {
        let asksQueue = fromQueue || run != nil
        let expected = record?.sha256 ?? sha256?.lowercased()
        if case .tables(let id, let settings) = address {
            if let run, run != id {
                throw Failure(.usage, "postgres:\(id) is of run \(id), not of run \(run)")
            }
            var hash = expected
            if asksQueue, hash == nil { hash = try await DeliveredRun(id).sha256 }
            return try await access.tables(of: id, settings).verify(sha256: hash)
        }
        // Blocks, as all reading of files here does: this program has nothing else to do.
        let (folder, file) = try await access.open(address)
        let delivered =
            if let file {
                try DeliveredManifest(named: file, in: folder, sha256: expected)
            } else {
                try DeliveredManifest(in: folder, sha256: expected)
            }
        if asksQueue, record == nil {
            let record = try await DeliveredRun.of(delivered.manifest, run)
            try delivered.check(sha256: record.sha256)
        }
        return try delivered.verify()
    }

    private func text(_ report: VerificationReport) -> String {
        let manifest = report.manifest
        let totals = manifest.totals
        let isCounted = report.notCounted.isEmpty
        let name = shown(manifest.export.name)
        var lines = report.findings.map { shown("\($0)") }
        lines += report.notCounted.map {
            shown("not counted: \($0.file): \($0.reason)")
        }
        let measures =
            switch report.subject {
            case .files:
                [
                    Quantity.plural(Int64(totals.files), "file"),
                    isCounted ? Quantity.plural(totals.rows, "row") : "rows not counted",
                    Quantity.bytes(totals.bytes),
                ]
            case .tables:
                [
                    Quantity.plural(Int64(Set(manifest.files.map(\.table)).count), "table"),
                    Quantity.plural(totals.rows, "row") + " (values are not compared)",
                ]
            }
        let what = "run \(manifest.run) \(name): \(measures.joined(separator: ", "))"
        lines.append(
            report.isComplete
                ? "ok: \(what)"
                : "not as the manifest says (\(report.findings.count)): \(what)")
        return lines.map { $0 + "\n" }.joined()
    }

    private func json(_ report: VerificationReport) -> String {
        let findings = report.findings.map { "\($0)".quotedAsJSON }.joined(separator: ",")
        let notCounted = report.notCounted.map { $0.file.quotedAsJSON }.joined(separator: ",")
        let subject = report.subject == .tables ? "tables" : "files"
        return "{\"run\":\(report.manifest.run),"
            + "\"export\":\(report.manifest.export.name.quotedAsJSON),"
            + "\"compared\":\"\(subject)\","
            + "\"complete\":\(report.isComplete),\"bytes_read\":\(report.bytesRead),"
            + "\"findings\":[\(findings)],\"not_counted\":[\(notCounted)]}\n"
    }
}
