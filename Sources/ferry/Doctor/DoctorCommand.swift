import ArgumentParser
import Foundation
import Migrations
import Postgres
import Watching

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the database, the schema, your rights, the workers and their work.",
        discussion: """
            Each line says ok, warning or problem, and then the way out. With --destinations the \
            workers test every destination: connect, write, read back, delete. That needs the \
            rights of ferry_client and ferry_viewer.

            Exit status: 0 when nothing is worse than a warning, 1 when there is a problem, 69 \
            when the database cannot be reached, 78 when the schema is missing or of another \
            release.
            """)

    @Flag(help: "Let the workers test every destination, too.")
    var destinations = false

    @OptionGroup var format: OutputOptions

    func run() async throws {
        let connection: Connection
        do {
            connection = try await QueueDatabase.connect()
        } catch {
            let failure = Failure(error)
            try await tell(
                .problem(
                    "connection", failure.message,
                    wayOut: failure.hint ?? "is the server running?"))
            throw ExitStatus.unavailable.code
        }
        try await tell(.ok("connection", "\(QueueDatabase.options)"))
        do {
            try await examine(connection)
        } catch let error as PostgresError where Examination.isOfPooler(error) {
            // It gave this connection the session of another program.
            try await tell(Examination.transactionPooler)
            throw ExitStatus.failed.code
        }
    }

    private func examine(_ connection: Connection) async throws {
        let examination = Examination(connection, options: QueueDatabase.options)
        var worst = try await tell(examination.server())
        guard try await checkSchema(connection) else { throw ExitStatus.schema.code }
        worst = max(worst, try await tell(examination.role()))
        let workers = try await examination.workers()
        worst = max(worst, try await tell(workers))
        for check in examination.ofWork { worst = max(worst, try await tell(check())) }
        // Without workers nobody tests anything.
        if destinations, !workers.contains(where: { $0.level == .problem }) {
            worst = max(worst, try await tell(checkDestinations(connection)))
        }
        await connection.close()
        if worst == .problem { throw ExitStatus.failed.code }
    }

    private func checkSchema(_ connection: Connection) async throws -> Bool {
        do {
            try await QueueDatabase.checkSchema(connection)
            try await tell(.ok("schema", "as this program expects it"))
            return true
        } catch let error as SchemaError {
            try await tell(.problem("schema", "\(error)", wayOut: nil))
            return false
        }
    }

    private func tell(_ finding: Finding) async throws {
        try await Output.line(finding.text(format.output))
    }

    /// - Returns: The worst level among them.
    private func tell(_ findings: [Finding]) async throws -> Finding.Level {
        for finding in findings { try await tell(finding) }
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
