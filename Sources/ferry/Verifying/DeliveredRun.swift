import Values
import Foundation
import Manifests
import Migrations
import Postgres

/// A run that succeeded, as the queue keeps it.
struct DeliveredRun {
    let id: Int64
    /// That of the manifest that it decided on.
    let sha256: String
    let environment: String
    /// The destination's name; its kind and settings where they can be seen.
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
                .notFound, "the queue shows this role no run \(id)",
                hint: "does FERRY_DATABASE_URL name the queue that made the delivery, may the role "
                    + "view its environment, or was the run pruned? An alert says its hash, too")
        }
        let state = try row["state"].string()
        guard state == "succeeded" else {
            throw Failure(
                .failed, "run \(id) is \(state): only a run that succeeded has delivered all",
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

    /// The run that made a delivery, once it is sure that it is the one that is meant.
    ///
    /// - Parameter id: Nil for the one that the manifest names.
    static func of(_ manifest: Manifest, _ id: Int64?) async throws -> DeliveredRun {
        if let id, id != manifest.run {
            throw Failure(
                .failed, "the manifest is of run \(manifest.run), not of run \(id)",
                hint: "give the folder of run \(id): its location is in the event run_succeeded")
        }
        return try await DeliveredRun(manifest.run)
    }

    /// Where it was delivered to, by the settings that its destination has now.
    var address: DeliveryAddress {
        get throws {
            guard let kind, let settings = settings.flatMap({ JSONValue(json: $0) }),
                case .object(var members) = settings
            else {
                throw unknownPlace("the queue shows this role no destination \"\(destination)\"")
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
        Failure(.notFound, reason, hint: "say where the delivery is: ferry verify PATH --run \(id)")
    }
}
