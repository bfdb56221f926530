import ArgumentParser
import Destinations
import Foundation
import Manifests
import Values
import Watching

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify that a delivery is complete and unchanged.",
        discussion: """
            Reads every file of the delivery and compares its bytes, SHA-256 and rows with the \
            manifest. Follows latest.json to the newest delivery. The exit status is 1 if anything \
            differs.

            PLACE is a path, s3://bucket/folder, sftp://user@host:port/folder, or postgres:RUN for \
            the tables that a run has filled, whose rows are counted. Names in it are not \
            percent-encoded. --setting gives further settings of the destination, such as \
            endpoint, region and host_key. --credential names its credential, which is given to \
            this program as to a worker: in a variable FERRY_CREDENTIAL_NAME, or by --credentials. \
            Without a PLACE, --run finds it by the settings of the run's destination.

            Users who can write to the delivery's folder can replace its manifest, too. \
            --from-queue checks that the manifest is the one that its run recorded: it reads the \
            SHA-256 from the queue (FERRY_DATABASE_URL). --run does the same, and checks that the \
            delivery belongs to that run. --sha256 does so without a database: `select \
            manifest_sha256 from ferry.runs` and alerts show the hash.
            """)

    @Argument(
        help: ArgumentHelp(
            "The manifest or latest.json, or the folder that holds either; not needed with --run.",
            valueName: "place"),
        completion: .file())
    var place: String?

    @Option(
        help: ArgumentHelp(
            "The expected SHA-256 of the manifest: 64 hexadecimal digits.", valueName: "hash"))
    var sha256: String?

    @Flag(help: "Compare the manifest with the SHA-256 that the queue has recorded for its run.")
    var fromQueue = false

    @Option(
        help: ArgumentHelp(
            "Compare the manifest with the SHA-256 that the queue has recorded for this run.",
            valueName: "id"))
    var run: Int64?

    @OptionGroup var access: PlaceOptions
    @OptionGroup var format: OutputOptions

    func validate() throws {
        if sha256 != nil, fromQueue || run != nil {
            throw ValidationError("give either --sha256, or --run or --from-queue, not both")
        }
        guard place != nil || run != nil else {
            throw ValidationError("give the place of the delivery, or its --run")
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
        guard let run else { throw Failure(.usage, "give the place of the delivery") }
        let record = try await DeliveredRun(run)
        return try await verify(record.address, record)
    }

    /// - Parameter record: The record of the run, if it was read already.
    private func verify(
        _ address: DeliveryAddress, _ record: DeliveredRun?
    ) async throws -> VerificationReport {
        let asksQueue = fromQueue || run != nil
        let expected = record?.sha256 ?? sha256?.lowercased()
        if case .tables(let id, let settings) = address {
            if let run, run != id {
                throw Failure(.usage, "postgres:\(id) belongs to run \(id), not to run \(run)")
            }
            var hash = expected
            if asksQueue, hash == nil { hash = try await DeliveredRun(id).sha256 }
            return try await access.tables(of: id, settings).verify(sha256: hash)
        }
        // Blocks, like all reading of files here: this program has nothing else to do.
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
                : "differs from the manifest (\(report.findings.count)): \(what)")
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
