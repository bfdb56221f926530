/// Text as it may be shown on a terminal or in a log.
///
/// Control, format (among them bidirectional) and line separator characters become `\u{…}`,
/// so that a name can neither move the cursor nor pass for another one.
public func shown(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
            result += "\\u{" + String(scalar.value, radix: 16) + "}"
        default:
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// A name between quotation marks, as messages show it; cut after 128 characters.
func quoted(_ text: String) -> String {
    let cut = text.unicodeScalars.count > Name.charactersMax
    let start = cut ? String(text.unicodeScalars.prefix(Name.charactersMax)) + "…" : text
    return "\"" + shown(start) + "\""
}

/// At most ten of `names`, sorted, with commas; then how many more there are.
func listed(_ names: [String]) -> String {
    let namesMax = 10
    let start = names.sorted().prefix(namesMax).joined(separator: ", ")
    return names.count > namesMax ? "\(start) and \(names.count - namesMax) more" : start
}

/// `export "A"`, or `exports "A", "B"`.
func counted(_ word: String, _ names: [String]) -> String {
    word + (names.count == 1 ? " " : "s ") + listed(names.map(quoted))
}
