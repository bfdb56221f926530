import Manifests
import Postgres
import Watching

extension VerifyCommand {
    /// The SHA-256 of the manifest that a run decided on, as the queue keeps it.
    ///
    /// - Parameter manifest: What is said to be delivered. Its run counts where none was named.
    /// - Throws: ``Failure``, `PostgresError`.
    func hashInQueue(of manifest: Manifest) async throws -> String {
        let id = run ?? manifest.run
        guard manifest.run == id else {
            throw Failure(
                .failed, "the manifest is of run \(manifest.run), not of run \(id)",
                hint: "give the folder of run \(id): its location is in the event run_succeeded")
        }
        let connection = try await Database.connect()
        try await Database.checkSchema(connection)
        let rows = try await connection.query(
            "select state, manifest_sha256 from ferry.runs where id = $1", [.int(id)])
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
        return hash
    }
}
