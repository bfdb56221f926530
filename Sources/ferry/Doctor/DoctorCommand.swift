import ArgumentParser
import Foundation
import Migrations
import Postgres
import Watching

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the database, the schema, your rights, the workers and the queue.",
        discussion: """
            Each line says ok, warning or problem, followed by a hint. With --destinations the \
            workers test every destination: connect, write, read back, delete. That needs the \
            rights of ferry_client and ferry_viewer.

            Exit status: 0 without problems (there may be warnings), 1 when there is a problem, 69 \
            when the database cannot be reached, 78 when the schema is missing or belongs to \
            another release.
            """)

    @Flag(help: "Have the workers test every destination, too.")
    var destinations = false

    @OptionGroup var format: OutputOptions

    func run() async throws {
        let connection: Connection
        do {
            connection = try await QueueDatabase.connect()
        } catch {
            let failure = Failure(error)
            try await report(
                .problem(
                    "connection", failure.message,
                    wayOut: failure.hint ?? "is the server running?"))
            throw ExitStatus.unavailable.code
        }
        try await report(.ok("connection", "\(QueueDatabase.options)"))
        do {
            try await examine(connection)
        } catch let error as PostgresError where Examination.isOfPooler(error) {
            // The pooler gave this connection the session of another program.
            try await report(Examination.transactionPooler)
            throw ExitStatus.failed.code
        }
    }

    private func examine(_ connection: Connection) async throws {
        let examination = Examination(connection, options: QueueDatabase.options)
        var worst = try await report(examination.server())
        guard try await checkSchema(connection) else { throw ExitStatus.schema.code }
        worst = max(worst, try await report(examination.role()))
        let workers = try await examination.workers()
        worst = max(worst, try await report(workers))
        for check in examination.ofWork { worst = max(worst, try await report(check())) }
        // Only workers test destinations.
        if destinations, !workers.contains(where: { $0.level == .problem }) {
            worst = max(worst, try await report(checkDestinations(connection)))
        }
        await connection.close()
        if worst == .problem { throw ExitStatus.failed.code }
    }

    private func checkSchema(_ connection: Connection) async throws -> Bool {
        do {
            try await QueueDatabase.checkSchema(connection)
            try await report(.ok("schema", "as this program expects it"))
            return true
        } catch let error as SchemaError {
            try await report(.problem("schema", "\(error)", wayOut: nil))
            return false
        }
    }

    private func report(_ finding: Finding) async throws {
        try await Output.line(finding.text(format.output))
    }

    /// - Returns: The worst level among them.
    private func report(_ findings: [Finding]) async throws -> Finding.Level {
        for finding in findings { try await report(finding) }
        return findings.map(\.level).max() ?? .ok
    }
}

extension Finding.Level: Comparable {
    static func < (first: Self, second: Self) -> Bool { first.severity < second.severity }

    private var severity: Int {
        switch self {
        case .ok: 0
        case .warning: 1
        case .problem: 2
        }
    }
}
