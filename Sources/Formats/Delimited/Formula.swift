/// Formulas that spreadsheet programs run when they open a delimited file.
///
/// Source: OWASP, "CSV Injection": a cell that begins with one of `=`, `+`, `-`, `@`, a tab or a
/// carriage return; an apostrophe before it makes it text.
enum Formula {
    /// - Parameter first: The first byte of a value; nil if it is empty.
    static func begins(with first: UInt8?) -> Bool {
        switch first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"),
            UInt8(ascii: "\t"), UInt8(ascii: "\r"):
            true
        default: false
        }
    }
}
