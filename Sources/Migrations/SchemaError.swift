/// A database without the schema of this program.
public enum SchemaError: Error, Equatable, CustomStringConvertible {
    /// There is no Ferry schema in this database.
    case missing
    /// The schema is older than this program.
    case older(missing: String)
    /// The schema was made by a newer Ferry than this program.
    case newer(migration: String)
    /// The tables match, but the functions belong to a newer release, which replaced this
    /// program's.
    case newerCode
    /// The tables match, but the functions belong to another release.
    case differentCode

    /// Whether the database is newer than this program, which then cannot migrate it.
    public var isNewerThanProgram: Bool {
        switch self {
        case .newer, .newerCode: true
        case .missing, .older, .differentCode: false
        }
    }

    public var description: String {
        switch self {
        case .missing:
            "this database has no Ferry schema: run `ferry migrate` as the role that will own it"
        case .older(let migration):
            "this database's Ferry schema is older than this program (it has no \(migration)): "
                + "run `ferry migrate`"
        case .newer(let migration):
            "this database's Ferry schema is newer than this program (it has \(migration)): "
                + "update this program"
        case .newerCode:
            "this database's Ferry functions belong to a newer release than this program: "
                + "update this program"
        case .differentCode:
            "this database's Ferry functions belong to another release: run `ferry migrate`"
        }
    }
}
