public import Logging
import Migrations
import Postgres
import RunEngine
import Values
import Waiting

/// A worker process: applies commands and runs data exports, until its task is cancelled.
///
/// Any number of workers may share a database. Each may stop or die at any moment; the others take
/// over its work.
public struct Worker: Sendable {
    private let configuration: WorkerConfiguration
    private let logger: Logger
    private let log: RetryLog

    public init(_ configuration: WorkerConfiguration, logger: Logger) {
        var configuration = configuration
        // A worker that stopped for this long counts as expired; its claims must not last longer.
        configuration.database.transactionIdleLimit = configuration.lease
        configuration.database.settings = .queue(lockTimeout: configuration.lockTimeout)
        self.configuration = configuration
        self.logger = logger
        let database = configuration.database
        log = RetryLog { entry in
            switch entry {
            case .failing(let work, let reason, let sqlState, let isLasting):
                logger.log(
                    level: isLasting ? .error : .warning, "operation failed; retrying",
                    metadata: ["work": "\(work)", "reason": "\(reason)"])
                if sqlState == "55P03" { LockHolders(database, logger).name() }
            case .recovered(let work, let reason):
                logger.notice(
                    "operation succeeded after retries",
                    metadata: ["work": "\(work)", "was": "\(reason)"])
            }
        }
    }

    /// Works until the task is cancelled, then finishes or releases its work, and returns within
    /// ``WorkerConfiguration/grace`` and a few seconds, whatever hangs.
    ///
    /// Survives restarts, failovers and read-only phases of the queue's server. A rejected login
    /// ends it only at the start.
    ///
    /// - Throws: `SchemaError` when the database does not have the schema that this program works
    ///   with; `PostgresError` when the database refuses this worker at its start.
    public func run() async throws {
        var wasRegistered = false
        while !Task.isCancelled {
            guard let session = try await register(again: wasRegistered) else { return }
            wasRegistered = true
            do {
                try await serve(session)
                return
            } catch let error as SchemaError {
                throw error
            } catch {
                logger.warning(
                    "lost the queue connection: released all work, reconnecting",
                    metadata: ["worker": "\(session.id)", "reason": "\(error)"])
            }
        }
    }

    /// - Parameter again: Whether it was registered before: then a login may be rejected because
    ///   its password is just being changed.
    /// - Returns: Nil if the task was cancelled in the meantime.
    private func register(again: Bool) async throws -> WorkerSession? {
        let retrier = Retrier(
            log: log, schemaCheck: { try await Self.checkSchema(of: configuration.database) },
            ends: { error in
                if error is SchemaError { return true }
                let kind = (error as? PostgresError)?.errorClass
                return !again && (kind == .accessRefused || kind == .refused)
            })
        do {
            return try await retrier.run("register this worker", .everything) { _ in
                try await Self.checkSchema(of: configuration.database)
                return try await WorkerSession.register(configuration)
            }
        } catch is CancellationError {
            return nil
        }
    }

    /// - Throws: `SchemaError`, `PostgresError`.
    static func checkSchema(of database: ConnectionOptions) async throws {
        let connection = try await Connection.connect(database)
        try await Migrator(connection).check()
        await connection.close()
    }

    /// Works, and leaves.
    private func serve(_ session: WorkerSession) async throws {
        logger.info(
            "worker started",
            metadata: [
                "worker": "\(session.id)", "name": "\(shown(configuration.name))",
                "concurrency": "\(configuration.concurrency)",
            ])
        let (endings, ending) = AsyncStream.makeStream(of: Result<Void, any Error>.self)
        let limit = Self.cancellationLimit
        let loops = WorkerLoops(configuration, session, log, logger) { error in
            Task {
                try? await Task.sleep(for: limit)
                ending.yield(.failure(error))
            }
        }
        let work = Task {
            do {
                try await loops.work()
                ending.yield(.success(()))
            } catch {
                ending.yield(.failure(error))
            }
        }
        let result = await withTaskCancellationHandler {
            // A task of its own is not cancelled together with this one.
            await Task {
                for await result in endings { return result }
                return .success(())
            }.value
        } onCancel: {
            loops.stop.make()
            let grace = configuration.grace
            Task {
                try? await Task.sleep(for: grace)
                loops.over.make()
                work.cancel()
                try? await Task.sleep(for: limit)
                // Something hangs. Its token soon becomes invalid, so what it still does has no
                // effect.
                ending.yield(.success(()))
            }
        }
        // A task of its own is not cancelled together with this one.
        await Task {
            _ = try? await Deadline(Self.leavingLimit).run {
                await session.leave()
                await loops.pool.close()
                await loops.alertPool.close()
                await loops.checkPool.close()
            }
        }.value
        if !Task.isCancelled { try result.get() }
        logger.info("worker stopped", metadata: ["worker": "\(session.id)"])
    }

    /// How long to wait for cancelled work. With ``WorkerConfiguration/grace`` and ``leavingLimit``
    /// less than 10 seconds, after which supervisors kill.
    private static let cancellationLimit = Duration.seconds(2)
    private static let leavingLimit = Duration.milliseconds(1500)
}
