/// An SQL identifier, always in double quotes.
///
/// A NUL in the name stays, and the statement that holds it is refused before it is sent.
public func quoteIdentifier(_ name: String) -> String {
    "\"" + doubling("\"", in: name) + "\""
}

/// An SQL string literal that does not depend on `standard_conforming_strings`.
///
/// A NUL in the text stays, and the statement that holds it is refused before it is sent.
public func quoteLiteral(_ text: String) -> String {
    let quoted = "'" + doubling("'", in: text) + "'"
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return quoted }
    return " E" + doubling("\\", in: quoted)
}

private func doubling(_ mark: Unicode.Scalar, in text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if scalar == mark { result.append(mark) }
        result.append(scalar)
    }
    return String(result)
}

func refuseNUL(in text: String) throws {
    if text.utf8.contains(0) {
        throw PostgresError.misuse(
            "the text contains a NUL character (U+0000), which PostgreSQL cannot store: remove it")
    }
}
