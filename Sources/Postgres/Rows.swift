import CLibPQ

/// The rows that a statement returned, all of them in memory.
public final class Rows: Sendable, RandomAccessCollection {
    // A PGresult never changes once libpq has returned it.
    nonisolated(unsafe) let result: OpaquePointer

    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    public var startIndex: Int { 0 }
    public var endIndex: Int { Int(PQntuples(result)) }

    public subscript(position: Int) -> Row {
        precondition(indices.contains(position), "row \(position) of \(count)")
        return Row(rows: self, index: Int32(position))
    }

    /// The names of the columns, in order.
    public var columns: [String] {
        (0..<PQnfields(result)).map { column in
            PQfname(result, column).map { String(cString: $0) } ?? ""
        }
    }

    /// How many rows an INSERT, UPDATE, DELETE, MERGE, COPY … affected, or a SELECT returned.
    public var affectedRows: Int {
        PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The server's command tag, such as `INSERT 0 1`.
    public var commandTag: String {
        PQcmdStatus(result).map { String(cString: $0) } ?? ""
    }
}

/// One row of ``Rows``.
public struct Row: Sendable {
    let rows: Rows
    let index: Int32

    /// The value of a column. A column that does not exist is an error when the cell is read.
    public subscript(_ column: String) -> Cell {
        let count = PQnfields(rows.result)
        var found: Int32 = -1
        column.withCString { name in
            for candidate in 0..<count where same(PQfname(rows.result, candidate), name) {
                found = candidate
                break
            }
        }
        return Cell(rows: rows, row: index, column: found, label: column)
    }

    /// The value of the column at this position, from 0.
    public subscript(_ column: Int) -> Cell {
        let exists = column >= 0 && column < Int(PQnfields(rows.result))
        return Cell(
            rows: rows, row: index, column: exists ? Int32(column) : -1, label: nil, at: column)
    }

    private func same(_ left: UnsafePointer<CChar>?, _ right: UnsafePointer<CChar>) -> Bool {
        guard var left else { return false }
        var right = right
        while left.pointee == right.pointee {
            if left.pointee == 0 { return true }
            left += 1
            right += 1
        }
        return false
    }
}
