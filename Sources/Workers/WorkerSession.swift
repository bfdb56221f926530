import Credentials
import Foundation
import Logging
import Postgres
import RunEngine

/// The public part of a credential.
private struct Announced: Encodable {
    let kind: String
    let isVerified: Bool?

    enum CodingKeys: String, CodingKey {
        case kind
        case isVerified = "is_verified"
    }

    init(_ credential: Credential) {
        kind = credential.kind.rawValue
        isVerified =
            switch credential {
            case .postgres(let connection): ConnectionOptions(connection).isVerified
            case .s3(let access): access.endpoint?.description.hasPrefix("https:") ?? true
            case .webhook(let access): access.url.lowercased().hasPrefix("https:")
            // Its servers are verified by their host keys.
            case .sftp: true
            case .pgp: nil
            }
    }
}

/// A worker's registration: its id, its lease, and the connection whose session shows that the
/// process is alive.
struct WorkerSession: Sendable {
    let id: Int64
    let lease: Lease
    private let duration: Duration
    private let connection: Connection

    static func register(_ configuration: WorkerConfiguration) async throws -> WorkerSession {
        let announced = await configuration.access.credentials.known().mapValues(Announced.init)
        let credentials = String(
            decoding: try JSONEncoder().encode(announced), as: UTF8.self)
        let connection = try await Connection.connect(configuration.database)
        let asked = ContinuousClock.now
        let rows = try await connection.query(
            """
            select ferry_state.register_worker($1, $2, $3, $4, $5,
                                               make_interval(secs => $6::float8), $7::jsonb)
            """,
            [
                .text(configuration.name), .text(ProcessInfo.processInfo.hostName),
                .int(Int64(ProcessInfo.processInfo.processIdentifier)), .text(ferryVersion),
                .int(Int64(configuration.concurrency)),
                .double(configuration.lease / .seconds(1)), .text(credentials),
            ])
        guard let id = try rows.first?[0].int64() else {
            throw PostgresError.decoding("register_worker returned nothing")
        }
        return WorkerSession(
            id: id, lease: Lease(until: asked + configuration.lease),
            duration: configuration.lease, connection: connection)
    }

    /// Renews the lease until cancelled.
    ///
    /// Runs on the connection's own thread, so other work cannot delay it.
    ///
    /// - Throws: `LeaseLost` when others have taken over; `PostgresError.connectionLost` with the
    ///   session, whose end shows others that this worker is gone.
    func keepLease(_ retrier: Retrier) async throws {
        let (id, lease, duration) = (id, lease, duration)
        try await connection.isolated { connection in
            while true {
                try await Task.sleep(for: duration / 3)
                try await Self.renew(id, lease, duration, connection, retrier)
            }
        }
    }

    private static func renew(
        _ id: Int64, _ lease: Lease, _ duration: Duration, _ connection: isolated Connection,
        _ retrier: Retrier
    ) async throws {
        let isKept = try await retrier.run(
            "renew the lease", .everything, delayMax: duration / 10
        ) { _ in
            let sent = ContinuousClock.now
            do {
                let kept = try await connection.query(
                    "select ferry_state.heartbeat($1, make_interval(secs => $2::float8))",
                    [.int(id), .double(duration / .seconds(1))])
                guard try kept.first?[0].bool() == true else { return false }
            } catch PostgresError.connectionLost(let reason) {
                // Not retried: the lock is gone with the session.
                throw SessionGone(reason: reason)
            }
            lease.renew(until: sent + duration)
            return true
        }
        if !isKept { throw LeaseLost() }
    }

    /// Releases all work of the worker, and unregisters it.
    func leave() async {
        // Work that is not released now is rescued by others: the lock ends with the connection.
        _ = try? await connection.query("select ferry_state.leave($1)", [.int(id)])
        await connection.close()
    }
}

/// The session of the lease has ended.
struct SessionGone: Error, CustomStringConvertible {
    let reason: String

    var description: String { "connection to PostgreSQL lost: \(reason)" }
}
