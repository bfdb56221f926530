internal import Formats

/// Where the runs of a sandbox deliver, separate from those of production: a prefix of the
/// destination, `_sandbox/<name>/`, or a schema of a database.
struct Quarantine: Sendable, Equatable {
    /// The sandbox's name.
    let sandbox: String

    /// The folders below the destination's own.
    var folders: [String] { ["_sandbox", FileName.ofFolder(sandbox, bytesMax: 150)] }

    /// The schema instead of the destination's own: `_sandbox_<name>_<schema>`, hashed if it is
    /// longer than an identifier of PostgreSQL.
    func schema(insteadOf schema: String) -> String {
        FileName.sanitised("_sandbox_\(sandbox)_\(schema)", bytesMax: 63)
    }
}
