import Values
import Formats
import Lifecycle

/// What this worker reads of a run, one read after another, as `claim_task` gives it.
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
    /// What it may write to the destination in a second, for now; nil for any.
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
        /// What stands between `COPY` and `TO STDOUT`.
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

/// How a run stands, as `run_status` gives it.
struct RunStatus: Decodable, Sendable {
    let state: RunState
    /// How many tasks are not done.
    let unfinished: Int
    let failure: Failure?
    /// Once all tasks are done: every read, in order.
    let reads: [FinishedRead]
    /// What holds the files of all reads, where that is one archive.
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

/// A file that is staged, whole and durable.
struct FinishedFile: Codable, Sendable {
    let name: String
    let rows: Int64
    let bytes: Int64
    let sha256: String
    /// The fingerprint of the key that it is encrypted for.
    var pgpKey: String?
    /// What readers may refuse of its values; nil when that is nothing.
    var hazards: [ColumnHazards]?

    enum CodingKeys: String, CodingKey {
        case name, rows, bytes, sha256, hazards
        case pgpKey = "pgp_key"
    }
}

/// What a task has staged, for `finish_task`.
struct StagedTask: Sendable {
    let reads: [StagedRead]
    /// What holds the files of all reads; nil where each lies there by itself.
    let archive: FinishedFile?
}

/// The files of a read that is done.
struct StagedRead: Sendable {
    /// Its number in the run.
    let read: Int
    let files: [FinishedFile]
}
