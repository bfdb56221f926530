public import Values
public import Formats

/// A file to be staged: its name, and what it holds.
public struct StagedFile: Sendable, Hashable {
    /// One plain name, as in the manifest: no path, no leading dot.
    public var name: String
    /// The table whose rows it holds; nil where it is not of one table alone.
    public var table: StagedTable?

    public init(_ name: String, table: StagedTable? = nil) {
        self.name = name
        self.table = table
    }
}

/// The table whose rows a staged file holds, as the source describes it.
public struct StagedTable: Sendable, Hashable {
    public var name: TableName
    /// In the order of the rows' values.
    public var columns: [TableColumn]

    public init(name: TableName, columns: [TableColumn]) {
        self.name = name
        self.columns = columns
    }
}
