import Postgres
import Values
import Watching

extension DoctorCommand {
    /// How long the test of one destination may take, in seconds.
    private static let testSecondsMax = 60.0

    /// Lets workers test each destination, with the command test_destination.
    func checkDestinations(_ connection: Connection) async throws -> [Finding] {
        let rows = try await connection.query(
            "select name, environment from ferry.destinations order by environment, name")
        if rows.isEmpty { return [.ok("destinations", "none")] }
        var findings: [Finding] = []
        for row in rows {
            let name = try row["name"].string()
            let environment = try row["environment"].string()
            let subject = environment == "production" ? name : "\(name) (\(environment))"
            let sent = try await SentCommand(
                "test_destination", "{\"name\":\(name.quotedAsJSON)}",
                environment: environment, over: connection)
            let ended = try await sent.ended(timeout: Self.testSecondsMax, connection: connection)
            if ended.outcome == .succeeded {
                findings.append(
                    .ok("destination", "\(subject): written, read back and deleted"))
            } else {
                let failure = sent.failure(ended)
                findings.append(
                    .problem(
                        "destination", "\(subject): \(ended.message ?? failure.message)",
                        wayOut: failure.hint))
            }
        }
        return findings
    }
}
