public import Lifecycle

/// Why the tables of a run cannot be given file names.
public enum FileNameError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Two tables would write one file, at least where case and normalisation are ignored.
    case collision(TableName, TableName, file: String)
    /// A table would overwrite the manifest of its delivery.
    case reserved(TableName, file: String)

    public var description: String {
        switch self {
        case .collision(let first, let second, let file) where first == second:
            "table \"\(shown(first))\" is listed twice and would write \"\(file.shown)\" twice: "
                + "list it once"
        case .collision(let first, let second, let file):
            "tables \"\(shown(first))\" and \"\(shown(second))\" would both write "
                + "\"\(file.shown)\" (file names are compared without regard to case): "
                + "send them in two data exports"
        case .reserved(let table, let file):
            "table \"\(shown(table))\" would write \"\(file.shown)\", the name of the manifest: "
                + "choose another file format, or leave the table out"
        }
    }

    private func shown(_ table: TableName) -> String { table.qualified.shown }
}

extension DataTemplateSettings {
    /// The files that the tables of one run are written to, in the order of `tables`:
    /// `<table>.csv`, with `.gz` when compressed, and `<schema>.<table>` outside `public`. Where
    /// they are ``split``, ``numbered(_:_:)`` gives the names of each.
    ///
    /// - Throws: ``FileNameError`` when two tables would write one file. Names that differ only
    ///   in case or Unicode normalisation count as one, because on some file systems they are.
    public func fileNames(for tables: [TableName]) throws(FileNameError) -> [String] {
        var owners: [String: TableName] = [:]
        var names: [String] = []
        for table in tables {
            let name = FileName.stem(of: table) + fileExtension
            // String equality is canonical equivalence, so only case has to be folded.
            let key = name.lowercased()
            if key == "manifest.json" { throw .reserved(table, file: name) }
            if let owner = owners.updateValue(table, forKey: key) {
                throw .collision(owner, table, file: name)
            }
            names.append(name)
        }
        return names
    }

    /// The name of one of several files of a table: `orders.0000001.csv.gz` for `orders.csv.gz`.
    /// Where tables are not split it is that of the table's only file, `file` itself.
    public func numbered(_ file: String, _ number: Int) -> String {
        if split == nil { return file }
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(0, 7 - digits.count))
        return file.dropLast(fileExtension.count) + "." + zeros + digits + fileExtension
    }
}
