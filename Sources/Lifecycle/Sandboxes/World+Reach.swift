import Values

// What may be read of the sources from a sandbox.
extension World {
    /// In a sandbox nobody sends more of a source than production does, but its administrators.
    ///
    /// What an active data export of production sends with the same credential is within reach:
    /// whole tables, or with the same filter, no more columns and the same masks, where it has any.
    ///
    /// - Parameter action: What is refused otherwise: `activate "X"`.
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
                + "\(beyond) like this",
            hint: "in a sandbox only administrators of production choose what production does not "
                + "send; ask one of them, or choose the tables with the filters and masks that "
                + "they have there")
    }

    /// - Throws: ``RejectionCode/permissionDenied``.
    func requireReach(ofCredential credential: String, _ author: Author) throws(Refusal) {
        if isUnlimited(author) { return }
        let fact = Fact.activeInProduction(credential: credential, tables: nil)
        guard case .versions(let active) = facts[fact] else { throw .needs(fact) }
        if !active.isEmpty { return }
        throw unusedCredential(credential)
    }

    /// What is sent now by the name of the database would be read from another one.
    ///
    /// - Throws: ``RejectionCode/permissionDenied``.
    func requireReach(ofNewCredential credential: String, _ author: Author) throws(Refusal) {
        if !isUnlimited(author) { throw unusedCredential(credential) }
    }

    private func unusedCredential(_ credential: String) -> Refusal {
        .because(
            .permissionDenied,
            "permission denied: in a sandbox only administrators of production choose the "
                + "credential \(quoted(credential))",
            hint: "ask one of them, or register a database with a credential that production's "
                + "active data exports use")
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
        // Nobody can tell whether one filter is narrower than another; and it may read more tables.
        guard filter == others.filter else { return false }
        if let allowed = others.columns {
            guard let columns, Set(columns).isSubset(of: allowed) else { return false }
        }
        return others.mask.allSatisfy { column, mask in
            self.mask[column] == mask || columns?.contains(column) == false
        }
    }
}
