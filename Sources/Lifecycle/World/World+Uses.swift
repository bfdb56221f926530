import Values

// The uses of an object, which prevent its deletion.
extension World {
    /// - Throws: ``RejectionCode/runInProgress``, or ``RejectionCode/inUse`` naming the users.
    func requireUnused(
        _ object: some StoredObject, isBeingUsedBy sentence: (String) -> String
    ) throws(Refusal) {
        let kind = type(of: object).kind
        let cannot = "cannot delete \(quoted(object.name)): "
        // Runs first: while there is one, its orchestration cannot be deleted either.
        if let run = users(of: kind, object.id, as: Run.self).first {
            throw .because(
                .runInProgress,
                cannot + sentence("run \(run.id)") + "; wait for it or stop it first",
                hint:
                    "stop_run stops a run before it publishes, abandon_run ends one that cannot "
                    + "finish publishing")
        }
        let orchestrations = users(of: kind, object.id, as: Orchestration.self).map(\.name)
        let templates = users(of: kind, object.id, as: DataTemplate.self).map(\.name)
        let alerts = users(of: kind, object.id, as: Alert.self).map(\.name)
        var uses: [String] = []
        if !orchestrations.isEmpty { uses.append(counted("orchestration", orchestrations)) }
        if !templates.isEmpty { uses.append(counted("data template", templates)) }
        if !alerts.isEmpty { uses.append(counted("alert", alerts)) }
        if uses.isEmpty { return }
        let them = orchestrations.count + templates.count + alerts.count == 1 ? "it" : "them"
        var commands: [String] = []
        if !orchestrations.isEmpty { commands.append("delete_orchestration") }
        if !templates.isEmpty { commands.append("delete_data_template") }
        if !alerts.isEmpty { commands.append("delete_alert") }
        throw .because(
            .inUse,
            cannot + "used by \(uses.joined(separator: " and ")); delete \(them) first",
            hint: "use \(commands.joined(separator: ", then "))")
    }
}
