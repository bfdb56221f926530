import Formats
import Postgres

extension TableColumn {
    /// SQL for its values, as they are sent.
    var value: String {
        let name = quoteIdentifier(name)
        return readAs.map { "(\(name)::\($0))" } ?? name
    }
}

extension ValueType {
    /// SQL for the text that COPY writes of a value.
    ///
    /// A cast to text is that, but for a type that has a function for it: that of
    /// `inet` adds a netmask, and others do what their makers like.
    func text(of value: String) -> String {
        guard hasCastToText else { return "\(value)::pg_catalog.text" }
        // So written, NULL is asked for, and not whether all fields of a composite are.
        return
            "(CASE WHEN \(value) IS DISTINCT FROM NULL THEN pg_catalog.format('%s', \(value)) END)"
    }

    /// The same of a value, or of each element of an array.
    func texts(of value: String) -> String {
        guard let element else { return text(of: value) }
        // The text of an array holds those of its elements, where commas are between them.
        let isRead = element.hasCastToText && element.delimiter == UInt8(ascii: ",")
        return isRead
            ? "\(value)::pg_catalog.text::pg_catalog.text[]" : "\(value)::pg_catalog.text[]"
    }
}
