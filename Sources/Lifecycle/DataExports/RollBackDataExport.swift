import Values

/// A version that a data export once had, and the database that it is of.
public struct PastVersion: Hashable, Codable, Sendable {
    public let version: Version
    /// Nil if it is no longer registered.
    public let database: Database?

    public init(version: Version, database: Database?) {
        self.version = version
        self.database = database
    }
}

/// Activates the content of an earlier version as a new one. A draft stays, but can no longer be
/// activated: it was opened from another version.
struct RollBackDataExport: Command {
    static let definition = CommandDefinition(
        "roll_back_data_export", on: .dataExport, ["name": .name, "version": .integer],
        for: .configureDataExports,
        "Activate an earlier version of a data export again, as a new version.")

    let name: Name
    let number: Int64

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .dataExport)
        number = try given.integer("version")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var export: DataExport = try world.existing(name, author)
        guard let active = export.active else { throw world.isDraft(export) }
        let past = try world.version(number, of: export)
        if past.version.isSame(as: active) {
            let same = active.number == number ? "" : " (v\(active.number) is the same)"
            throw .because(
                .versionIsActive,
                "version \(number) of \(quoted(export.name)) is already active\(same)",
                hint: "see what changed: select * from ferry.data_export_diff(…)")
        }
        let action = "roll back \(quoted(export.name)) to version \(number)"
        guard let database = past.database else {
            throw .because(
                .databaseNotRegistered, "cannot \(action): its database is no longer registered",
                hint: "choose tables of another database with edit_data_export; "
                    + "ferry.object_versions shows the version")
        }
        try world.requireReach(
            past.version.tables, past.version.tableSettings, in: database, to: action, author)
        let tables = try world.requireReadable(past.version.tables, in: database, to: action)
        try world.requireSettings(past.version.tableSettings, tables, in: database, to: action)

        let event = world.activate(
            Version(
                number: export.versionCount + 1, databaseID: database.id, tables: tables,
                tableSettings: past.version.tableSettings, activatedBy: author.actor),
            of: &export, .dataExportRolledBack,
            try world.catalog(of: database).role.warned(["restored": .int(number)]), author)
        return [event]
    }
}

extension World {
    /// - Throws: ``RejectionCode/unknownVersion``, which lists the existing ones.
    fileprivate func version(_ number: Int64, of export: DataExport) throws(Refusal) -> PastVersion
    {
        // Numbers are given out without gaps.
        guard (1...Int64(export.versionCount)).contains(number) else {
            let there =
                export.versionCount == 1
                ? "version 1 alone" : "versions 1 to \(export.versionCount)"
            throw .because(
                .unknownVersion,
                "export \(quoted(export.name)) has no version \(number); it has \(there)",
                hint: "list all: select * from ferry.object_versions "
                    + "where kind = 'data_export'")
        }
        let ofThisBatch = versions.first { $0.exportID == export.id && $0.version.number == number }
        if let version = ofThisBatch?.version {
            return PastVersion(version: version, database: database(id: version.databaseID))
        }
        let fact = Fact.version(dataExportID: export.id, number: Int(number))
        guard case .version(let found) = facts[fact] else { throw .needs(fact) }
        guard let past = found else {
            throw .because(
                .unknownVersion,
                "version \(number) of export \(quoted(export.name)) was pruned",
                hint: "list the kept ones: select * from ferry.object_versions "
                    + "where kind = 'data_export'")
        }
        // As changed by this batch.
        return PastVersion(
            version: past.version, database: database(id: past.version.databaseID))
    }
}

extension Version {
    /// Whether runs of both would send the same.
    fileprivate func isSame(as other: Version) -> Bool {
        databaseID == other.databaseID && tables == other.tables
            && tableSettings == other.tableSettings
    }
}
