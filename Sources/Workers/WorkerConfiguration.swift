public import Alerts
public import CommandProcessing
import Foundation
public import Postgres
public import RunEngine

/// The configuration of a worker process.
public struct WorkerConfiguration: Sendable {
    /// The database that holds the queue.
    public var database: ConnectionOptions
    /// Shown to people. Defaults to ``defaultName``.
    public var name = defaultName
    /// Number of tables, or parts of them, that are read in parallel, and of runs that this worker
    /// coordinates in parallel. At least 1. Defaults to 2.
    public var concurrency = 2
    /// Number of command batches that are applied in parallel: while the database writes one, the
    /// rules of the next are evaluated. Defaults to 2.
    public var commandConcurrency = 2
    /// How long this worker's claims stay valid without a heartbeat; heartbeats are sent every
    /// third of it.
    ///
    /// A worker that stops for longer loses its work to another, so keep it well above the longest
    /// pause that you expect. At least 1 second. Defaults to 30 seconds. A dead process is detected
    /// sooner, by its session.
    public var lease: Duration = .seconds(30)
    /// How long work may continue after a stop of the worker was requested, before it is released.
    /// Defaults to 5 seconds.
    public var grace: Duration = .seconds(5)
    /// How long a statement waits for a lock before it is canceled and retried, so that each wait
    /// ends and is logged. At least 1 millisecond. Defaults to 5 seconds.
    public var lockTimeout: Duration = .seconds(5)
    /// How often the queue is polled without notifications. Defaults to 1 second.
    public var pollInterval: Duration = .seconds(1)
    /// How often each sandbox is checked, across all workers: whether the tables of its data
    /// exports exist. At least 1 second. Defaults to 30 seconds.
    public var sandboxCheckInterval: Duration = .seconds(30)
    /// Directories that destinations may write into, and the credentials that they and databases
    /// may name.
    public var access: DestinationAccess
    public var commandRetry = RetryPolicy()
    public var runRetry = RunRetryPolicy()
    /// How the messages of alerts are delivered, and which programs alerts may run.
    public var alerts = AlertDeliveryOptions()

    /// The host and the process id.
    public static var defaultName: String {
        let process = ProcessInfo.processInfo
        return "\(process.hostName):\(process.processIdentifier)"
    }

    public init(database: ConnectionOptions, access: DestinationAccess) {
        self.database = database
        self.access = access
    }
}
