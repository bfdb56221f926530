import Values

// Removing objects of an environment that no longer exist in another one.
extension World {
    /// Removes an object that is no longer used.
    mutating func remove(
        _ target: ConfigurationTarget, _ author: Author
    ) throws(Refusal) -> [Event] {
        let key = target.key
        switch key.kind {
        case .database:
            guard let old: Database = present(key, author) else { return [] }
            try requireUnused(old, target, author)
            delete(old)
            return [Event(.databaseUnregistered, old)]
        case .destination:
            guard let old: Destination = present(key, author) else { return [] }
            try requireUnused(old, target, author)
            delete(old)
            return [Event(.destinationDeleted, old)]
        case .dataTemplate:
            let parent = ConfigurationKey(
                kind: .destination, destination: "", name: key.destination)
            guard let destination: Destination = present(parent, author),
                let old: DataTemplate = present(key, scope: destination.id, author)
            else { return [] }
            try requireUnused(old, target, author)
            delete(old)
            return [
                Event(
                    .dataTemplateDeleted, old,
                    details: ["destination": .string(destination.name)])
            ]
        case .dataExport:
            guard let old: DataExport = present(key, author) else { return [] }
            try requireUnused(old, target, author)
            return removeActiveVersion(of: old)
        case .orchestrationGroup:
            guard let old: OrchestrationGroup = present(key, author) else { return [] }
            try requireUnused(old, target, author)
            delete(old)
            return [Event(.orchestrationGroupDeleted, old)]
        default:
            guard let old: Orchestration = present(key, author) else { return [] }
            try requireUnused(old, target, author)
            delete(old)
            return [Event(.orchestrationDeleted, old)]
        }
    }

    /// A draft is not lost: it stays, as a draft that was never activated.
    private mutating func removeActiveVersion(of export: DataExport) -> [Event] {
        guard let draft = export.draft else {
            delete(export)
            return [Event(.dataExportDeleted, export)]
        }
        var left = export
        left.active = nil
        left.draft = Draft(
            databaseID: draft.databaseID, tables: draft.tables,
            tableSettings: draft.tableSettings, baseVersion: nil, openedBy: draft.openedBy)
        save(left)
        return [Event(.dataExportDeactivated, left)]
    }

    private func requireUnused(
        _ object: some StoredObject, _ target: ConfigurationTarget, _ author: Author
    ) throws(Refusal) {
        let kind = type(of: object).kind
        let cannot = "cannot remove \(target.words) from \(quoted(author.environment)): "
        if let run = users(of: kind, object.id, as: Run.self).first {
            throw .because(
                .runInProgress, cannot + "run \(run.id), which uses it, has not ended",
                hint: "wait for it, or end it with stop_run, or with abandon_run if it cannot "
                    + "finish publishing; then resend the command")
        }
        let users =
            users(of: kind, object.id, as: Orchestration.self).map { ($0.name, "orchestration") }
            + users(of: kind, object.id, as: DataTemplate.self).map { ($0.name, "data template") }
            + users(of: kind, object.id, as: DataExport.self).map {
                ($0.name, $0.active == nil ? "draft" : "export")
            }
            + users(of: kind, object.id, as: OrchestrationGroup.self).map {
                ($0.name, ObjectKind.orchestrationGroup.word)
            }
            + users(of: kind, object.id, as: Alert.self).map { ($0.name, "alert") }
        if users.isEmpty { return }
        throw .because(
            .inUse,
            cannot + "used by " + listed(users.map { "\($0.1) \(quoted($0.0))" }),
            hint: "delete or edit the objects that use it in \(quoted(author.environment)), then "
                + "resend the command")
    }
}
