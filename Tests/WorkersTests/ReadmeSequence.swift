import Foundation

/// The statements of README's section "The job table in ten lines of SQL", as they are there.
struct ReadmeSequence {
    /// In order, without comments.
    let statements: [String]

    struct NotFound: Error {}

    init() throws {
        let readme = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("README.md")
        let text = try String(contentsOf: readme, encoding: .utf8)
        guard let heading = text.range(of: "## The job table in ten lines of SQL"),
            let start = text.range(of: "```sql\n", range: heading.upperBound..<text.endIndex),
            let end = text.range(of: "\n```", range: start.upperBound..<text.endIndex)
        else { throw NotFound() }
        statements = Self.split(String(text[start.upperBound..<end.lowerBound]))
    }

    /// The statements with other names, so that they can be sent many times to one queue.
    ///
    /// - Parameters:
    ///   - credential: That of the database.
    ///   - folder: The folder that the destination writes into.
    func named(_ number: Int, credential: String, folder: String) -> [String] {
        statements.map { statement in
            statement
                .replacingOccurrences(
                    of: #""credential": "crm""#, with: #""credential": "\#(credential)""#
                )
                .replacingOccurrences(of: "\"crm\"", with: "\"crm \(number)\"")
                .replacingOccurrences(of: "Daily customers", with: "Daily customers \(number)")
                .replacingOccurrences(of: "Exchange", with: "Exchange \(number)")
                .replacingOccurrences(of: "/exports", with: "\(folder)/\(number)")
        }
    }

    /// Splits at the semicolons that are not within quotes; leaves comments out.
    private static func split(_ script: String) -> [String] {
        var statements = [""]
        for line in script.split(separator: "\n") {
            var isQuoted = false
            var previous: Character = " "
            for character in line {
                if character == "'" { isQuoted.toggle() }
                if !isQuoted, character == "-", previous == "-" {
                    statements[statements.count - 1].removeLast()
                    break
                }
                if !isQuoted, character == ";" {
                    statements.append("")
                } else {
                    statements[statements.count - 1].append(character)
                }
                previous = character
            }
            statements[statements.count - 1].append("\n")
        }
        return statements.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            .filter { !$0.isEmpty }
    }
}
