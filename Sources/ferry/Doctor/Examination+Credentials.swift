import Postgres
import Values

extension Examination {
    func credentials() async throws -> [Finding] {
        try await shown("credentials") {
            let row = try await connection.query(
                """
                select count(*) as credentials,
                       string_agg(name, ', ' order by name) filter (where not is_verified) as plain,
                       string_agg(name, ', ' order by name) filter (where workers_without > 0)
                           as missing
                  from ferry.credentials
                """)[0]
            var findings: [Finding] = []
            if let names = try row["plain"].optionalString() {
                findings.append(
                    .warning(
                        "credentials", "used without verified TLS: \(names)",
                        wayOut: "on the workers, use sslmode=verify-full in connection strings, "
                            + "and https in endpoints and URLs"))
            }
            if let names = try row["missing"].optionalString() {
                findings.append(
                    .warning(
                        "credentials", "missing on some workers: \(names)",
                        wayOut: "give all workers the same credentials: see `ferry credentials`"))
            }
            let count = try row["credentials"].int64()
            return findings.isEmpty
                ? [.ok("credentials", count == 0 ? "none" : "\(count), all by verified TLS")]
                : findings
        }
    }
}
