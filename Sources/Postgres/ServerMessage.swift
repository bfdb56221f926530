/// A message of the server or of libpq without its quotations, which may be values or passwords:
/// from the first quotation mark to the last, as the text between may contain some itself.
///
/// `value "…" is out of range for type integer`
public func withoutQuoted(_ message: String) -> String {
    // A combining mark at the start of a value makes a quotation mark another character.
    let scalars = message.unicodeScalars
    guard let first = scalars.firstIndex(of: "\""), let last = scalars.lastIndex(of: "\""),
        first < last
    else { return message }
    return String(scalars[...first]) + "…" + String(scalars[last...])
}
