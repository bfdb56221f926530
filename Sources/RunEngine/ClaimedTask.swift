import Formats
import Lifecycle
import Values

/// The task of a run that this worker reads, one read after another, as returned by `claim_task`.
public struct ClaimedTask: Decodable, Sendable {
    public let run: Int64
    /// That of its first read.
    public let number: Int
    public let token: Int64
    let snapshot: String
    /// When it was taken, in microseconds since 1970-01-01T00:00:00Z.
    let snapshotTime: Int64
    /// The name of the data export.
    let export: String
    let inputs: RunInputs
    /// The current limit of bytes per second to the destination; nil for no limit.
    let bytesPerSecond: Int64?
    /// At least one, in order.
    let reads: [Read]

    /// A table, or a part of one.
    struct Read: Decodable, Sendable {
        /// In the run.
        let number: Int
        let schema: String
        let table: String
        let file: String
        /// The text between `COPY` and `TO STDOUT`.
        let source: String
        let columns: [TableColumn]

        var tableName: TableName { TableName(schema: schema, name: table) }
    }

    enum CodingKeys: String, CodingKey {
        case run = "run_id"
        case number, token
        case snapshot = "snapshot_id"
        case snapshotTime = "snapshot_time"
        case export, inputs, reads
        case bytesPerSecond = "bytes_per_second"
    }
}

/// The status of a run, as returned by `run_status`.
struct RunStatus: Decodable, Sendable {
    let state: RunState
    /// The number of unfinished tasks.
    let unfinished: Int
    let failure: Failure?
    /// Once all tasks are done: every read, in order.
    let reads: [FinishedRead]
    /// The archive that contains the files of all reads, if there is one.
    let archive: FinishedArchive?

    struct FinishedArchive: Decodable, Sendable {
        /// Of the task, under which it is staged.
        let token: Int64
        let file: FinishedFile
    }

    struct Failure: Decodable, Sendable {
        let code: String
        let origin: ErrorOrigin
        let message: String
        let hint: String?
        let transient: Bool
    }

    struct FinishedRead: Decodable, Sendable {
        let number: Int
        let schema: String
        let table: String
        let file: String
        let columns: [TableColumn]
        /// Of the task, under which the files are staged.
        let token: Int64
        let files: [FinishedFile]
    }
}

/// A complete and durable staged file.
struct FinishedFile: Codable, Sendable {
    let name: String
    let rows: Int64
    let bytes: Int64
    let sha256: String
    /// The fingerprint of the key that it is encrypted for.
    var pgpKey: String?
    /// Values that readers may reject; nil if there are none.
    var hazards: [ColumnHazards]?

    enum CodingKeys: String, CodingKey {
        case name, rows, bytes, sha256, hazards
        case pgpKey = "pgp_key"
    }
}

/// The staged files of a task, for `finish_task`.
struct StagedTask: Sendable {
    let reads: [StagedRead]
    /// The archive of all reads; nil for single files.
    let archive: FinishedFile?
}

/// The files of a finished read.
struct StagedRead: Sendable {
    /// Its number in the run.
    let read: Int
    let files: [FinishedFile]
}
