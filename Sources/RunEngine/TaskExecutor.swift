import Destinations
import Failpoints
import Formats
import Lifecycle
public import Logging
import Postgres
import SourceDatabases
import Values

/// Runs tasks: reads tables, or parts of them, from the run's snapshot into staged files.
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

    /// Runs a claimed task, and releases it when this task is cancelled.
    ///
    /// - Throws: ``QueueUnavailable``
    public func carryOut(_ task: ClaimedTask) async throws {
        let progress = TransferProgress(pace: Pace(task.bytesPerSecond))
        let transfer = Task { try await self.transfer(task, progress) }
        let cancel: @Sendable () -> Void = {
            transfer.cancel()
            progress.pace.cancel()
        }
        active.begin(task, progress, cancel: cancel)
        defer { active.end(task) }
        let result = await withTaskCancellationHandler {
            await transfer.result
        } onCancel: {
            cancel()
        }
        // Even if this task was cancelled: its claim must be released.
        try await Task { try await settle(task, result, progress) }.value
    }

    private func settle(
        _ task: ClaimedTask, _ result: Result<StagedTask, any Error>,
        _ progress: TransferProgress
    ) async throws {
        switch result {
        case .success(let staged):
            Failpoint.reach("task.staged")
            // Fenced by the token alone: if the lease has expired, but no worker has taken over,
            // the files are still valid, and no one else would write it.
            do {
                let isTaken = try await store.finish(task, staged)
                if !isTaken { await removeStaging(of: task) }
            } catch let refused as QueueRefused {
                try await handBack(task, refused, atRead: nil)
                await removeStaging(of: task)
            }
        case .failure(let error):
            try await handBack(task, error, atRead: progress.read)
            // Of a token that is no longer used for writing.
            await removeStaging(of: task)
        }
    }

    private func handBack(
        _ task: ClaimedTask, _ error: any Error, atRead number: Int?
    ) async throws {
        switch error {
        case is SnapshotGone:
            // The coordinator of the run is gone, which is detected soon and invalidates this
            // claim. If it is not, this connection reaches another server than the coordinator's.
            try? await Task.sleep(for: .seconds(3))
            let runError = RunError(snapshotNotFoundIn: task.inputs.database.name)
            _ = try await store.fail(task, read: nil, runError)
        case is CancellationError, is LeaseLost:
            _ = try await store.release(task)
        default:
            let read = task.reads.first { $0.number == number }
            let subject =
                read?.subject ?? "database \"\(shown(task.inputs.database.name))\""
            let reason =
                if let read { await explained(error, task, read.tableName) } else { error }
            let runError = RunError(reason, while: subject)
            logger.warning(
                "task failed",
                metadata: [
                    "run": "\(task.run)", "subject": "\(subject)",
                    "code": "\(runError.code)", "reason": "\(runError.message)",
                ])
            _ = try await store.fail(task, read: number, runError)
        }
    }

    /// The error of reading a table, without values, and with missing details added.
    private func explained(
        _ error: any Error, _ task: ClaimedTask, _ table: TableName
    ) async -> any Error {
        guard case PostgresError.server(let refusal) = error, refusal.isOfEncoding else {
            return SourceError.concealing(error, of: table, task.inputs.tableSettings)
        }
        let source = SourceDatabase(
            name: task.inputs.database.name, credential: task.inputs.database.credential,
            of: access.credentials)
        return await source.bytesThatAreNoText(in: table)
    }

    /// Removes the files of an abandoned task.
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

    private func transfer(
        _ task: ClaimedTask, _ progress: TransferProgress
    ) async throws -> StagedTask {
        let settings = try access.settings(task.inputs)
        let destination = try access.open(task.inputs.destination)
        let source = SourceDatabase(
            name: task.inputs.database.name, credential: task.inputs.database.credential,
            of: access.credentials)
        let connection = try await source.connect()
        do {
            try await SourceSnapshot.join(connection, id: task.snapshot)
            let place = try await FilePlace(
                of: task, destination, settings, progress, access.credentials)
            let staged: StagedTask
            do {
                staged = try await place.finish(
                    read(task, settings, connection, to: place, progress))
            } catch {
                await place.abandon()
                throw error
            }
            await connection.close()
            return staged
        } catch {
            await connection.close()
            throw error
        }
    }

    private func read(
        _ task: ClaimedTask, _ settings: DataTemplateSettings, _ connection: Connection,
        to place: FilePlace, _ progress: TransferProgress
    ) async throws -> [StagedRead] {
        var staged: [StagedRead] = []
        for read in task.reads {
            progress.begin(read: read.number)
            try lease.check()
            try await SourceSnapshot.lock(read.tableName, connection)
            let files = try await copy(read, settings, connection, to: place, progress)
            staged.append(StagedRead(read: read.number, files: files))
        }
        try await SourceSnapshot.requireUnchanged(
            task.reads.map { ($0.tableName, $0.columns) }, connection)
        return staged
    }

    private func copy(
        _ read: ClaimedTask.Read, _ settings: DataTemplateSettings, _ connection: Connection,
        to place: FilePlace, _ progress: TransferProgress
    ) async throws -> [FinishedFile] {
        let reading = settings.reading(of: read.columns)
        let sql = "COPY \(read.source) TO STDOUT \(reading.copyOptions)"
        let lease = lease
        // Inside the connection's isolation: its own thread may block while a file is slower.
        return try await connection.isolated { connection in
            let files = FileSeries(of: read, in: place, settings, reading)
            do {
                let sent = try await connection.copyOut(
                    sql, chunkBytes: FileSeries.chunkBytes,
                    rowsOfFirstChunk: files.rowsOfFirstChunk
                ) { chunk in
                    try lease.check()
                    try await files.take(chunk)
                    progress.add(rows: chunk.rows)
                    Failpoint.reach("task.copying")
                }
                try await files.finish()
                // The COPY was complete only if no rows were lost in transit.
                guard files.rows == Int64(sent.tagRows) else {
                    throw SourceError.incomplete(
                        table: "\(read.schema).\(read.table)", received: Int(files.rows),
                        sent: sent.tagRows)
                }
                progress.end(rows: files.rows, bytes: files.bytes)
                return files.staged
            } catch {
                let name = files.currentName
                await files.abandon()
                guard let error = error as? DestinationError else { throw error }
                throw RunError(error, while: "writing \"\(shown(name))\" of \(read.subject)")
            }
        }
    }
}

extension ClaimedTask.Read {
    /// The subject of the work, for messages.
    fileprivate var subject: String { "table \(shown(tableName.canonical))" }
}
