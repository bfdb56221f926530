import Values
import Lifecycle
import Postgres

extension Examination {
    /// What the roles that sources are read as may do beyond reading, as workers saw it last.
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
                .ok("sources", rows.isEmpty ? "none" : "no role is known to do more than read")
            ]
        }
    }

    private static let wayOut =
        "take the rights from the role, or put another into the credential; the next run or "
        + "command that looks at the database tells whether that is done"
}
