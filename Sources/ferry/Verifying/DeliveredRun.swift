import Foundation
import Manifests
import Migrations
import Postgres
import Values

/// A successful run, as recorded in the queue.
struct DeliveredRun {
    let id: Int64
    /// The SHA-256 of the manifest that it recorded.
    let sha256: String
    let environment: String
    /// The destination's name; its kind and settings if they are visible.
    let destination: String
    private let kind: String?
    private let settings: String?
    /// The manifest, from the destination's own place on.
    private let location: String?

    /// - Throws: ``Failure``, `PostgresError`.
    init(_ id: Int64) async throws {
        let connection = try await QueueDatabase.connect()
        try await QueueDatabase.checkSchema(connection)
        let rows = try await connection.query(
            """
            select r.state, r.manifest_sha256, r.environment, r.destination, d.kind,
                   d.settings::text as settings,
                   (select e.details ->> 'manifest' from ferry.events as e
                     where e.run_id = r.id and e.event = 'run_succeeded'
                     order by e.id desc limit 1) as location
              from ferry.runs as r
              left join ferry.destinations as d
                on d.environment = r.environment and lower(d.name) = lower(r.destination)
             where r.id = $1
            """, [.int(id)])
        await connection.close()
        guard let row = rows.first else {
            throw Failure(
                .notFound, "run \(id) is not visible to this role in the queue",
                hint: "check that FERRY_DATABASE_URL names the queue that made the delivery, that "
                    + "the role can view its environment, and that the run was not pruned. Alerts "
                    + "contain the hash, too")
        }
        let state = try row["state"].string()
        guard state == "succeeded" else {
            throw Failure(
                .failed, "run \(id) is \(state): only a successful run has delivered everything",
                hint: "see what happened: ferry watch --run \(id)")
        }
        guard let hash = try row["manifest_sha256"].optionalString() else {
            throw Failure(.notFound, "the queue has no manifest of run \(id)")
        }
        self.id = id
        sha256 = hash
        environment = try row["environment"].string()
        destination = try row["destination"].string()
        kind = try row["kind"].optionalString()
        settings = try row["settings"].optionalString()
        location = try row["location"].optionalString()
    }

    /// The run that made a delivery, after checking that it is the expected one.
    ///
    /// - Parameter id: Nil for the one that the manifest names.
    static func of(_ manifest: Manifest, _ id: Int64?) async throws -> DeliveredRun {
        if let id, id != manifest.run {
            throw Failure(
                .failed, "the manifest belongs to run \(manifest.run), not to run \(id)",
                hint: "give the folder of run \(id); the event run_succeeded has its location")
        }
        return try await DeliveredRun(manifest.run)
    }

    /// The location of the delivery, by the current settings of its destination.
    var address: DeliveryAddress {
        get throws {
            guard let kind, let settings = settings.flatMap({ JSONValue(json: $0) }),
                case .object(var members) = settings
            else {
                throw unknownPlace(
                    "destination \"\(destination)\" is not visible to this role in the queue")
            }
            members["limits"] = nil
            let sandbox = environment == "production" ? nil : environment
            if kind == "postgres" { return .tables(run: id, settings: members) }
            guard let location else {
                throw unknownPlace("the queue has no event run_succeeded of run \(id)")
            }
            return .folder(
                kind: kind, path: location.split(separator: "/").dropLast().map(String.init),
                file: Manifest.fileName, settings: members, sandbox: sandbox)
        }
    }

    private func unknownPlace(_ reason: String) -> Failure {
        Failure(
            .notFound, reason,
            hint: "give the path of the delivery: ferry verify PATH --run \(id)")
    }
}
