import Foundation

// By Unicode scalars: with the combining mark of a name that begins with one, a quotation mark or a
// comma before it is a single character.
extension String {
    /// The parts between commas that are not within double quotes, without the spaces around them.
    var namesBetweenCommas: [String] {
        var names = [String.UnicodeScalarView()]
        var isQuoted = false
        for scalar in unicodeScalars {
            if scalar == "\"" { isQuoted.toggle() }
            if scalar == ",", !isQuoted {
                names.append(String.UnicodeScalarView())
            } else {
                names[names.count - 1].append(scalar)
            }
        }
        return names.map { String($0).trimmingScalars(" ") }
    }

    /// What is before and after the first `=`; nil where there is none, or nothing before it.
    var keyAndValue: (key: String, value: String)? {
        guard let mark = unicodeScalars.firstIndex(of: "="), mark > startIndex else { return nil }
        let value = unicodeScalars[unicodeScalars.index(after: mark)...]
        return (String(unicodeScalars[..<mark]), String(value))
    }

    /// The parts between all marks of this kind, also empty ones.
    func parts(between mark: Unicode.Scalar) -> [String] {
        unicodeScalars.split(separator: mark, omittingEmptySubsequences: false)
            .map { String($0) }
    }

    private func trimmingScalars(_ scalar: Unicode.Scalar) -> String {
        let start = unicodeScalars.drop { $0 == scalar }
        guard let last = start.lastIndex(where: { $0 != scalar }) else { return "" }
        return String(start[...last])
    }
}
