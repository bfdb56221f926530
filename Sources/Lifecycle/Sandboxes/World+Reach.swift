import Values

// What a sandbox can read from the sources.
extension World {
    /// In a sandbox, only administrators of production can send more of a source than production
    /// does.
    ///
    /// Allowed is what an active data export of production sends with the same credential: whole
    /// tables, or the same filter, no additional columns and the same masks, if it has any.
    ///
    /// - Parameter action: The action in the rejection: `activate "X"`.
    /// - Throws: ``RejectionCode/permissionDenied``.
    func requireReach(
        _ selection: TableSelection, _ settings: [TableName: TableSettings],
        in database: Database, to action: String, _ author: Author
    ) throws(Refusal) {
        if isUnlimited(author) { return }
        let fact = Fact.activeInProduction(credential: database.credential, tables: selection)
        guard case .versions(let active) = facts[fact] else { throw .needs(fact) }
        var beyond: String
        switch selection {
        case .all:
            let sends = active.contains { version in
                version.tables == .all
                    && Set(version.tableSettings.keys).union(settings.keys).allSatisfy {
                        (settings[$0] ?? TableSettings()).isWithin(
                            version.tableSettings[$0] ?? TableSettings())
                    }
            }
            if sends { return }
            beyond = "all tables"
        case .tables(let tables):
            let refused = tables.filter { table in
                !active.contains { version in
                    version.tables.includes(table)
                        && (settings[table] ?? TableSettings()).isWithin(
                            version.tableSettings[table] ?? TableSettings())
                }
            }
            if refused.isEmpty { return }
            beyond = listed(refused)
        }
        beyond += " of database \(quoted(database.name))"
        throw .because(
            .permissionDenied,
            "permission denied: cannot \(action): no active data export of production sends "
                + "\(beyond) in this form",
            hint: "in a sandbox only administrators of production can choose data that production "
                + "does not send: ask one of them, or use the filters and masks of production")
    }

    /// - Throws: ``RejectionCode/permissionDenied``.
    func requireReach(ofCredential credential: String, _ author: Author) throws(Refusal) {
        if isUnlimited(author) { return }
        let fact = Fact.activeInProduction(credential: credential, tables: nil)
        guard case .versions(let active) = facts[fact] else { throw .needs(fact) }
        if !active.isEmpty { return }
        throw unusedCredential(credential)
    }

    /// Tables that are sent from the database of this name would be read from another one.
    ///
    /// - Throws: ``RejectionCode/permissionDenied``.
    func requireReach(ofNewCredential credential: String, _ author: Author) throws(Refusal) {
        if !isUnlimited(author) { throw unusedCredential(credential) }
    }

    private func unusedCredential(_ credential: String) -> Refusal {
        .because(
            .permissionDenied,
            "permission denied: in a sandbox only administrators of production can choose the "
                + "credential \(quoted(credential))",
            hint: "ask one of them, or register a database with a credential of production's "
                + "active data exports")
    }

    private func isUnlimited(_ author: Author) -> Bool {
        author.environment == production || isAdministrator(author, in: production)
    }
}

extension TableSelection {
    fileprivate func includes(_ table: TableName) -> Bool {
        switch self {
        case .all: true
        case .tables(let tables): tables.contains(table)
        }
    }
}

extension TableSettings {
    /// Whether these send nothing of a table that the others do not send.
    fileprivate func isWithin(_ others: TableSettings) -> Bool {
        // Whether one filter is narrower than another is undecidable, and it may read other tables.
        guard filter == others.filter else { return false }
        if let allowed = others.columns {
            guard let columns, Set(columns).isSubset(of: allowed) else { return false }
        }
        return others.mask.allSatisfy { column, mask in
            self.mask[column] == mask || columns?.contains(column) == false
        }
    }
}
