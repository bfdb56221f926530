import Lifecycle
import Postgres
import Values

extension Examination {
    /// Rights beyond reading of the roles that read sources, as last seen by workers.
    func sources() async throws -> [Finding] {
        try await shown("sources") {
            let rows = try await connection.query(
                """
                select name, environment, source_role, excessive_rights
                  from ferry.databases order by environment, name
                """)
            var findings: [Finding] = []
            for row in rows {
                guard !row["excessive_rights"].isNull else { continue }
                let role = SourceRole(
                    name: try row["source_role"].string(),
                    excessiveRights: try row["excessive_rights"].array()
                        .compactMap(\.self).compactMap(SourceRole.ExcessiveRight.init))
                guard let warning = role.warning else { continue }
                let environment = try row["environment"].string()
                let name = "database \"\(try row["name"].string())\""
                let subject = environment == production ? name : "\(name) (\(environment))"
                findings.append(.warning("sources", "\(subject): \(warning)", wayOut: Self.wayOut))
            }
            if !findings.isEmpty { return findings }
            return [
                .ok(
                    "sources",
                    rows.isEmpty
                        ? "none"
                        : "no source role is known to have more than read rights")
            ]
        }
    }

    private static let wayOut =
        "revoke the rights, or use another role in the credential; the next run or command that "
        + "reads the database checks again"
}
