public import Logging
import Migrations
import Postgres
import RunEngine

/// A worker process: applies commands and carries out runs, until its task is cancelled.
///
/// Any number of workers may share a database. Each may stop or die at any moment; the others take
/// over what it held.
public struct Worker: Sendable {
    private let configuration: WorkerConfiguration
    private let logger: Logger

    public init(_ configuration: WorkerConfiguration, logger: Logger) {
        var configuration = configuration
        // Whoever stopped for that long is taken for lost; its claims must not outlive that.
        configuration.database.transactionIdleLimit = configuration.lease
        self.configuration = configuration
        self.logger = logger
    }

    /// Works until the task is cancelled, then finishes or hands back what it has begun and
    /// returns. Survives the loss of the database's connections.
    ///
    /// - Throws: `SchemaError` when the database does not have the schema that this program works
    ///   with; `PostgresError` when the database refuses this worker.
    public func run() async throws {
        var failures = 0
        while !Task.isCancelled {
            do {
                try await serve { failures = 0 }
                return
            } catch let error as SchemaError {
                throw error
            } catch let error where Task.isCancelled || Self.mayPass(error) {
                failures += 1
                if failures == 1 {
                    logger.warning(
                        "let go of all work; connecting again", metadata: ["reason": "\(error)"])
                }
                let delay = Duration.milliseconds(100) * (1 << min(failures - 1, 5))
                try? await Task.sleep(for: min(delay, .seconds(2)))
            }
        }
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.isTransient
        case let error as QueueUnavailable: error.reason.isTransient
        default: error is LeaseLost || error is CancellationError
        }
    }

    /// Registers, works, and leaves.
    ///
    /// - Parameter started: Called once everything is connected.
    private func serve(started: () -> Void) async throws {
        let check = try await Connection.connect(configuration.database)
        try await Migrator(check).check()
        await check.close()
        let session = try await WorkerSession.register(configuration)
        logger.info(
            "worker started",
            metadata: [
                "worker": "\(session.id)", "name": "\(configuration.name)",
                "concurrency": "\(configuration.concurrency)",
            ])
        started()

        let shift = Shift(configuration, session, logger)
        let work = Task { try await shift.work() }
        let result = await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            shift.stop.make()
            let grace = configuration.grace
            Task {
                try? await Task.sleep(for: grace)
                work.cancel()
            }
        }
        // Also when this task was cancelled.
        await Task { await session.leave() }.value
        await shift.pool.close()
        await shift.alertPool.close()
        await shift.checkPool.close()
        if !Task.isCancelled { try result.get() }
        logger.info("worker stopped", metadata: ["worker": "\(session.id)"])
    }
}
