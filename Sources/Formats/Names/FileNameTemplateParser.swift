internal import Foundation
import Values

/// Parses a file name template.
///
///     template    = { text | placeholder }
///     placeholder = "{{" name { "|" filter } "}}"
///     filter      = name [ ":" "'" characters "'" ]
///
/// Spaces within a placeholder, outside of quotes, are ignored.
struct FileNameTemplateParser {
    private typealias Placeholder = FileNameTemplate.Placeholder
    private typealias Piece = FileNameTemplate.Piece

    private enum Filter: String, CaseIterable {
        case local, format
        case nextDay = "next_day"

        var example: String? {
            switch self {
            case .local: "local:'Europe/Zurich'"
            case .format: "format:'yyyy-MM-dd'"
            case .nextDay: nil
            }
        }
    }

    private let characters: [Character]
    private var position = 0

    init(_ text: String) {
        characters = Array(text)
    }

    mutating func parse() throws(SettingsError) -> [FileNameTemplate.Piece] {
        guard let first = characters.first else { throw fault("it must not be empty") }
        // For file systems, a combining mark after it does not change it.
        if [".", " "].contains(first.unicodeScalars.first) {
            throw fault("a name must not begin with a dot or a space")
        }
        var pieces: [Piece] = []
        while position < characters.count {
            pieces.append(take("{{") ? try placeholder() : .text(try plainText()))
        }
        return pieces
    }

    private mutating func plainText() throws(SettingsError) -> String {
        var text = ""
        while position < characters.count, !isNext("{{") {
            if isNext("}}") { throw fault("this \"}}\" has no \"{{\" before it") }
            try checkSafe(characters[position], at: position)
            text.append(characters[position])
            position += 1
        }
        return text
    }

    private func checkSafe(_ character: Character, at position: Int) throws(SettingsError) {
        if character == "/" {
            throw fault(
                "a delivery is one folder without subfolders: remove the "
                    + "\"/\" out", at: position)
        }
        guard character.unicodeScalars.allSatisfy(FileName.isSafe) else {
            throw fault(
                "\"\(shown(String(character)))\" is not safe in a file name; use letters, digits, "
                    + "\"-\", \"_\", \".\" and spaces", at: position)
        }
    }

    private mutating func placeholder() throws(SettingsError) -> Piece {
        let start = position - 2
        let placeholder: Placeholder = try word(of: "placeholder")
        var arguments: [Filter: (text: String, position: Int)] = [:]
        while true {
            skipSpaces()
            if take("}}") { break }
            guard position < characters.count else {
                throw fault("this \"{{\" has no \"}}\" after it", at: start)
            }
            guard take("|") else { throw fault("\"|\" or \"}}\" expected here") }
            if placeholder != .now {
                throw fault("only {{now}} has filters, not {{\(placeholder.rawValue)}}")
            }
            let filterStart = position
            let filter: Filter = try word(of: "filter")
            let argument = try argument(of: filter)
            guard arguments.updateValue(argument, forKey: filter) == nil else {
                throw fault("the filter \(filter.rawValue) is used twice", at: filterStart)
            }
        }
        guard placeholder == .now else { return .value(placeholder) }
        return .time(
            zone: try arguments[.local].map(zone) ?? .gmt,
            days: arguments[.nextDay] == nil ? 0 : 1,
            try arguments[.format].map(pattern) ?? .standard)
    }

    private mutating func word<Word: RawRepresentable & CaseIterable>(
        of what: String
    ) throws(SettingsError) -> Word where Word.RawValue == String {
        skipSpaces()
        let start = position
        while position < characters.count,
            characters[position].isLetter || characters[position].isNumber
                || characters[position] == "_"
        {
            position += 1
        }
        let text = String(characters[start..<position])
        if let word = Word(rawValue: text) { return word }
        let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
        throw fault(
            (text.isEmpty ? "\(what) expected here" : "unknown \(what) \"\(shown(text))\"")
                + "; \(what)s are: \(known)", at: start)
    }

    private mutating func argument(
        of filter: Filter
    ) throws(SettingsError) -> (text: String, position: Int) {
        skipSpaces()
        guard let example = filter.example else {
            if isNext(":") { throw fault("the filter \(filter.rawValue) has no argument") }
            return ("", position)
        }
        let isGiven = take(":")
        skipSpaces()
        guard isGiven, take("'") else {
            throw fault("the filter \(filter.rawValue) needs an argument in quotes: \(example)")
        }
        let start = position
        while position < characters.count, characters[position] != "'" { position += 1 }
        let text = String(characters[start..<position])
        guard take("'") else { throw fault("this quote has no end", at: start - 1) }
        return (text, start)
    }

    private func zone(
        _ argument: (text: String, position: Int)
    ) throws(SettingsError) -> TimeZone {
        if let zone = TimeZoneName.zone(named: argument.text) { return zone }
        let meant = TimeZoneName.meant(by: argument.text)
        throw fault(
            "there is no time zone \"\(shown(argument.text))\"; "
                + (meant.map { "did you mean \($0)?" }
                    ?? "zones are named Area/City, as in \"Europe/Zurich\", or UTC"),
            at: argument.position)
    }

    private func pattern(
        _ argument: (text: String, position: Int)
    ) throws(SettingsError) -> DatePattern {
        for (offset, character) in argument.text.enumerated() {
            try checkSafe(character, at: argument.position + offset)
        }
        do {
            return try DatePattern(argument.text)
        } catch {
            throw fault(error.reason, at: argument.position + error.offset)
        }
    }

    private mutating func skipSpaces() {
        while position < characters.count, characters[position] == " " { position += 1 }
    }

    private func isNext(_ text: String) -> Bool {
        characters[position...].starts(with: text)
    }

    private mutating func take(_ text: String) -> Bool {
        guard isNext(text) else { return false }
        position += text.count
        return true
    }

    private func fault(_ reason: String, at position: Int? = nil) -> SettingsError {
        .malformed(
            setting: "file_name", character: (position ?? self.position) + 1, reason: reason)
    }
}
