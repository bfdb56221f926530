extension Unicode.Scalar {
    /// Whether a terminal, a log or an editor shows this character as a mark of its own.
    ///
    /// Not so control, format (among them bidirectional and zero-width), line separator, private
    /// and unassigned characters: they move the cursor, hide, or make one text look like another.
    public var isVisible: Bool {
        if value < 0x7f { return value >= 0x20 }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            false
        default: true
        }
    }
}

/// Text as it may be shown on a terminal or in a log.
///
/// Characters that are not ``Unicode/Scalar/isVisible`` become `\u{…}`, so that a name can neither
/// move the cursor nor be mistaken for another one.
public func shown(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if scalar.isVisible {
            result.unicodeScalars.append(scalar)
        } else {
            result += "\\u{" + String(scalar.value, radix: 16) + "}"
        }
    }
    return result
}

/// A name between quotation marks, as messages show it; cut after 128 characters.
public func quoted(_ text: String) -> String {
    let cut = text.unicodeScalars.count > Name.charactersMax
    let start = cut ? String(text.unicodeScalars.prefix(Name.charactersMax)) + "…" : text
    return "\"" + shown(start) + "\""
}

/// At most ten of `names`, sorted, with commas; then how many more there are.
public func listed(_ names: [String]) -> String {
    let namesMax = 10
    let start = names.sorted().prefix(namesMax).joined(separator: ", ")
    return names.count > namesMax ? "\(start) and \(names.count - namesMax) more" : start
}

/// `export "A"`, or `exports "A", "B"`.
public func counted(_ word: String, _ names: [String]) -> String {
    word + (names.count == 1 ? " " : "s ") + listed(names.map(quoted))
}

extension String {
    /// This text with zeros before it, up to so many characters.
    func padded(to width: Int) -> String {
        String(repeating: "0", count: max(0, width - utf8.count)) + self
    }
}
