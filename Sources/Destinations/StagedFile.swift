public import Formats
public import Values

/// A file to stage: its name and contents.
public struct StagedFile: Sendable, Hashable {
    /// One plain name, as in the manifest: no path, no leading dot.
    public var name: String
    /// The table of its rows; nil if it is not of a single table.
    public var table: StagedTable?

    public init(_ name: String, table: StagedTable? = nil) {
        self.name = name
        self.table = table
    }
}

/// The table of a staged file's rows, as described by the source.
public struct StagedTable: Sendable, Hashable {
    public var name: TableName
    /// In the order of the rows' values.
    public var columns: [TableColumn]

    public init(name: TableName, columns: [TableColumn]) {
        self.name = name
        self.columns = columns
    }
}
