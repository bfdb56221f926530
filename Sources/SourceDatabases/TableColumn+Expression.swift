import Formats
import Postgres

extension TableColumn {
    /// SQL for the sent values.
    var value: String {
        let name = quoteIdentifier(name)
        return readAs.map { "(\(name)::\($0))" } ?? name
    }
}

extension ValueType {
    /// SQL for the text that COPY writes for a value.
    ///
    /// A cast to text is the same, except for types with a cast function: that of `inet` adds a
    /// netmask, and others may do anything.
    func text(of value: String) -> String {
        guard hasCastToText else { return "\(value)::pg_catalog.text" }
        // Written this way, it tests for NULL, and not whether all fields of a composite are NULL.
        return
            "(CASE WHEN \(value) IS DISTINCT FROM NULL THEN pg_catalog.format('%s', \(value)) END)"
    }

    /// The same for a value, or for each element of an array.
    func texts(of value: String) -> String {
        guard let element else { return text(of: value) }
        // The text of an array holds those of its elements, where commas are between them.
        let isRead = element.hasCastToText && element.delimiter == UInt8(ascii: ",")
        return isRead
            ? "\(value)::pg_catalog.text::pg_catalog.text[]" : "\(value)::pg_catalog.text[]"
    }
}
