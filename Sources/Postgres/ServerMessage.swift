/// A message of the server or of libpq without what it quotes, which may be a value or a password:
/// from the first quotation mark to the last, as the text between may hold some itself.
///
/// `value "…" is out of range for type integer`
public func withoutQuoted(_ message: String) -> String {
    // With a combining mark that a value begins with, a quotation mark is another character.
    let scalars = message.unicodeScalars
    guard let first = scalars.firstIndex(of: "\""), let last = scalars.lastIndex(of: "\""),
        first < last
    else { return message }
    return String(scalars[...first]) + "…" + String(scalars[last...])
}
