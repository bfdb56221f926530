import CLibPQ
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The state of a COPY.
enum CopyState {
    case none, reading, writing
    /// All rows were read; the result was not.
    case ending
}

/// A libpq connection, used on the thread of its ``Connection`` alone. Its calls block.
final class Session: @unchecked Sendable {
    let pg: OpaquePointer
    let gate: CancelGate
    let processID: Int32
    var lostReason: String?
    var isCopying = false
    var copyState = CopyState.none
    /// The bytes that the current COPY has returned so far.
    var copiedBytes = 0
    var onNotice: (@Sendable (Notice) -> Void)?
    var onNotifications: (([Notification]) -> Void)?
    var statements: [String: String] = [:]
    var nextStatement = 0
    private var isClosed = false
    /// The server's last message before it closed the connection.
    private var farewell: String?

    /// Adopts an open connection.
    init(_ pg: OpaquePointer) {
        self.pg = pg
        gate = CancelGate(pg)
        processID = PQbackendPID(pg)
        PQsetnonblocking(pg, 1)
        PQsetNoticeReceiver(
            pg,
            { context, result in
                guard let context else { return }
                let session = Unmanaged<Session>.fromOpaque(context).takeUnretainedValue()
                session.receive(Notice(result))
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        gate.close()
        lostReason = lostReason ?? "it was closed"
        PQfinish(pg)
    }

    /// - Throws: If the connection is lost, or a COPY is running.
    func checkUsable() throws {
        if let lostReason { throw PostgresError.connectionLost(lostReason) }
        if isCopying {
            throw PostgresError.misuse("the connection is busy with a COPY: use another one")
        }
    }

    var descriptor: Int32 { PQsocket(pg) }

    /// Checks, without waiting, whether the server ended the idle connection.
    func probe() -> Bool {
        guard lostReason == nil, !isCopying else { return false }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) == 0 || drain()
    }

    /// Reads pending messages of the idle connection: notifications, notices, the server's last
    /// message.
    ///
    /// - Returns: False when the connection is lost.
    func drain() -> Bool {
        guard lostReason == nil else { return false }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        repeat {
            let isAlive = PQconsumeInput(pg) == 1
            // Parses what was read.
            _ = PQisBusy(pg)
            deliverNotifications()
            guard isAlive, PQstatus(pg) == CONNECTION_OK else {
                lost(trimmed(PQerrorMessage(pg)))
                return false
            }
        } while poll(&waiting, 1, 0) > 0
        return true
    }

    /// Marks the connection as lost and returns the error.
    @discardableResult
    func lost(_ reason: String) -> PostgresError {
        let reason = farewell ?? (reason.isEmpty ? "the server closed it" : reason)
        lostReason = lostReason ?? reason
        return .connectionLost(lostReason ?? reason)
    }

    private func receive(_ notice: Notice) {
        // Between statements libpq reports the error that ends the connection as a notice.
        if notice.severity == "FATAL" || notice.severity == "PANIC" { farewell = notice.message }
        onNotice?(notice)
    }

    /// The error of a failed libpq call.
    func failure() -> PostgresError {
        let message = trimmed(PQerrorMessage(pg))
        return PQstatus(pg) == CONNECTION_OK ? .misuse(message) : lost(message)
    }

    func failure(_ result: OpaquePointer) -> PostgresError {
        let error = ServerError(result: result)
        if error.endsConnection || PQstatus(pg) != CONNECTION_OK { return lost(error.message) }
        // libpq creates results without an SQLSTATE when the connection breaks.
        return error.sqlState.isEmpty ? lost(error.message) : .server(error)
    }

    /// Sends what libpq has buffered, reading meanwhile so that neither side blocks the other.
    func flush() throws {
        while true {
            switch PQflush(pg) {
            case 0: return
            case 1:
                if try wait(for: POLLIN | POLLOUT) & Int32(POLLIN) != 0 { try consume() }
            default: throw failure()
            }
        }
    }

    /// The next result, which the caller must clear; nil at the end of a statement.
    func nextResult() throws -> OpaquePointer? {
        while PQisBusy(pg) == 1 { try awaitInput() }
        return PQgetResult(pg)
    }

    /// Waits until the server has sent something, and reads it.
    func awaitInput() throws {
        _ = try wait(for: POLLIN)
        try consume()
    }

    /// Reads the available data.
    func consume() throws {
        if PQconsumeInput(pg) == 0 { throw lost(trimmed(PQerrorMessage(pg))) }
    }

    private func wait(for events: Int32) throws -> Int32 {
        var descriptor = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while poll(&descriptor, 1, -1) < 0 {
            guard errno == EINTR else { throw lost(String(cString: strerror(errno))) }
        }
        // An error or a hang-up is reported by the read that follows.
        let readable = descriptor.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
        return Int32(descriptor.revents) | (readable ? Int32(POLLIN) : 0)
    }

    /// Whether a transaction block is open, and whether it has failed.
    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(pg) }

    func deliverNotifications() {
        guard let onNotifications else { return }
        var received: [Notification] = []
        while let next = PQnotifies(pg) {
            received.append(Notification(next.pointee))
            PQfreemem(next)
        }
        if !received.isEmpty { onNotifications(received) }
    }
}
