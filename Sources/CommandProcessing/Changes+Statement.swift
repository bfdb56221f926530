import Foundation
import Lifecycle
import Postgres

extension Changes {
    /// The statement that writes these changes; nil when there are none.
    func statement() throws -> Statement? {
        if isEmpty { return nil }
        let deleted: Value =
            self.deleted.isEmpty
            ? .null : .text(String(decoding: try JSONEncoder().encode(self.deleted), as: UTF8.self))
        return Statement(
            """
            select ferry_state.save_changes($1::json, $2::json, $3::json, $4::json, $5::json,
                                            $6::json, $7::json, $8::json, $9::json,
                                            $10::json, $11::json, $12::json, $13::json,
                                            $14::json)
            """,
            [
                deleted, try json(versions), try json(objectVersions),
                try json(saved.databases.map(WithKey.init)),
                try json(saved.dataExports.map(WithKey.init)),
                try json(saved.destinations.map(WithKey.init)),
                try json(saved.dataTemplates.map(WithKey.init)),
                try json(saved.orchestrations.map(WithKey.init)), try json(saved.runs),
                try json(plans), try json(saved.policyAssignments),
                try alertsJSON(), try json(saved.orchestrationGroups.map(WithKey.init)),
                try sandboxesAndSettings(),
            ])
    }

    /// Null when there are none.
    private func alertsJSON() throws -> Value {
        struct Alerts: Encodable {
            let saved: [WithKey<Alert>]
            let tests: [AlertTest]
        }
        if saved.alerts.isEmpty && alertTests.isEmpty { return .null }
        let alerts = Alerts(saved: saved.alerts.map(WithKey.init), tests: alertTests)
        return .text(String(decoding: try JSONEncoder().encode(alerts), as: UTF8.self))
    }

    private struct SandboxesAndSettings: Encodable {
        let saved: [WithKey<Sandbox>]
        let deleted: [Int64]
        let settings: [String: ChangedSetting]
    }

    private func sandboxesAndSettings() throws -> Value {
        if saved.sandboxes.isEmpty && self.deleted.sandboxes.isEmpty && settings.isEmpty {
            return .null
        }
        let all = SandboxesAndSettings(
            saved: saved.sandboxes.map(WithKey.init), deleted: self.deleted.sandboxes,
            settings: settings)
        return .text(String(decoding: try JSONEncoder().encode(all), as: UTF8.self))
    }
}
