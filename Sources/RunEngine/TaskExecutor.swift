import Destinations
import Failpoints
import Formats
import Lifecycle
public import Logging
import Postgres
import SourceDatabases

/// Carries out tasks: reads one table from the run's snapshot into a staged file.
public struct TaskExecutor: Sendable {
    let store: RunStore
    let lease: Lease
    let active: ActiveTasks
    let access: DestinationAccess
    let logger: Logger

    public init(
        store: RunStore, lease: Lease, active: ActiveTasks, access: DestinationAccess,
        logger: Logger
    ) {
        self.store = store
        self.lease = lease
        self.active = active
        self.access = access
        self.logger = logger
    }

    /// Carries out a claimed task, and hands it back when this task is cancelled.
    ///
    /// - Throws: ``QueueUnavailable``
    public func carryOut(_ task: ClaimedTask) async throws {
        let progress = TransferProgress()
        let transfer = Task { try await self.transfer(task, progress) }
        active.begin(task, progress) { transfer.cancel() }
        defer { active.end(task) }
        let result = await withTaskCancellationHandler {
            await transfer.result
        } onCancel: {
            transfer.cancel()
        }
        // Also when this task was cancelled: what it holds must be handed back.
        try await Task { try await settle(task, result) }.value
    }

    private func settle(
        _ task: ClaimedTask, _ result: Result<Transferred, any Error>
    ) async throws {
        switch result {
        case .success(let transferred):
            Failpoint.reach("task.staged")
            // Fenced by the token alone: should the lease have run out, but nobody have taken over,
            // the file is as good as ever, and nobody else would write it.
            let isTaken = try await store.finish(
                task, rows: transferred.rows, bytes: transferred.file.bytes,
                sha256: transferred.file.sha256)
            if !isTaken { await removeStaging(of: task) }
        case .failure(let error):
            try await handBack(task, error)
            // Of a token that nobody writes under any more.
            await removeStaging(of: task)
        }
    }

    private func handBack(_ task: ClaimedTask, _ error: any Error) async throws {
        switch error {
        case is SnapshotGone:
            // The worker in charge of the run is gone, and will be found missing soon.
            try? await Task.sleep(for: .seconds(1))
            _ = try await store.release(task)
        case is CancellationError, is LeaseLost:
            _ = try await store.release(task)
        default:
            let trouble = RunTrouble(error, while: "table \(task.schema).\(task.table)")
            logger.warning(
                "task failed",
                metadata: [
                    "run": "\(task.run)", "table": "\(task.schema).\(task.table)",
                    "code": "\(trouble.code)", "reason": "\(trouble.message)",
                ])
            _ = try await store.fail(task, trouble)
        }
    }

    /// The file of a task that nobody waits for any more.
    private func removeStaging(of task: ClaimedTask) async {
        do {
            try await access.open(task.inputs.destination)
                .discard(run: task.run, tokens: task.token...task.token)
        } catch {
            logger.warning(
                "staging not removed",
                metadata: [
                    "run": "\(task.run)", "reason": "\(error)",
                ])
        }
    }

    private struct Transferred: Sendable {
        let rows: Int64
        let file: WrittenFile
    }

    private func transfer(
        _ task: ClaimedTask, _ progress: TransferProgress
    ) async throws -> Transferred {
        let settings = try access.settings(task.inputs.dataTemplate)
        let destination = try access.open(task.inputs.destination)
        let source = try SourceDatabase(
            name: task.inputs.database.name, connection: task.inputs.database.connection)
        let connection = try await source.connect()
        do {
            try await SourceSnapshot.join(connection, id: task.snapshot)
            try await SourceSnapshot.lock(
                TableName(schema: task.schema, name: task.table), connection)
            let writer = try await destination.stage(
                StagedDelivery(run: task.run, token: task.token), file: task.file)
            let reading = settings.reading(of: task.columns)
            let encoder = try reading.makeEncoder?()
            let compressor = try settings.fileCompression.makeCompressor()
            let sink = FileSink(writer, through: [encoder, compressor].compactMap { $0 })
            do {
                let sent = try await copy(task, reading, connection, into: sink, progress)
                let file = try await sink.finish()
                let rows = encoder?.rows ?? Int64(sent.rows - reading.messagesBesideRows)
                // COPY was complete only if nothing of it was lost on the way.
                guard rows == Int64(sent.tagRows) else {
                    throw SourceError.incomplete(
                        table: "\(task.schema).\(task.table)", received: Int(rows),
                        sent: sent.tagRows)
                }
                await connection.close()
                return Transferred(rows: rows, file: file)
            } catch {
                await sink.abandon()
                throw error
            }
        } catch {
            await connection.close()
            throw error
        }
    }

    private func copy(
        _ task: ClaimedTask, _ reading: TableReading, _ connection: Connection,
        into sink: FileSink, _ progress: TransferProgress
    ) async throws -> CopyResult {
        let sql = "COPY \(task.source) TO STDOUT \(reading.copyOptions)"
        let lease = lease
        // Inside the connection's isolation: its own thread may block when the sink is full.
        return try await connection.isolated { connection in
            try await connection.copyOut(sql) { chunk in
                try lease.check()
                try sink.submit(chunk.bytes)
                progress.add(rows: chunk.rows, bytesInAll: sink.bytesWritten)
                Failpoint.reach("task.copying")
            }
        }
    }
}
