public import Foundation

/// A page of the documentation, for tests that compare it with what it describes.
public struct Page: Sendable, CustomStringConvertible {
    /// A table, without the row of dashes.
    public struct Table: Sendable {
        public let columns: [String]
        public let rows: [[String]]
    }

    public struct Section: Sendable {
        public let heading: String
        /// Without the heading.
        public let lines: [String]

        public var text: String { lines.joined(separator: "\n") }

        public var tables: [Table] {
            var tables: [Table] = []
            var rows: [[String]] = []
            for line in lines + [""] {
                if line.hasPrefix("|") {
                    rows.append(Self.cells(of: line))
                } else if !rows.isEmpty {
                    tables.append(Table(columns: rows[0], rows: Array(rows.dropFirst(2))))
                    rows = []
                }
            }
            return tables
        }

        /// The cells of a row; `\|` does not end one.
        private static func cells(of line: String) -> [String] {
            line.replacing("\\|", with: "\u{0}").split(
                separator: "|", omittingEmptySubsequences: false
            )
            .dropFirst().dropLast()
            .map {
                $0.trimmingCharacters(in: .whitespaces).replacing("\u{0}", with: "|")
            }
        }

        /// The texts of the code blocks in this language.
        public func code(_ language: String) -> [String] {
            var blocks: [String] = []
            var block: [String]?
            for line in lines {
                if let lines = block {
                    if line == "```" {
                        blocks.append(lines.joined(separator: "\n"))
                        block = nil
                    } else {
                        block = lines + [line]
                    }
                } else if line == "```" + language {
                    block = []
                }
            }
            return blocks
        }
    }

    public struct Missing: Error, CustomStringConvertible {
        public let description: String
    }

    /// From the package's root.
    public let path: String
    /// The first has what is above the first heading, and no heading itself.
    public let sections: [Section]

    public var description: String { path }

    /// The folder that the package is in.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    public init(_ path: String) throws {
        self.path = path
        let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
        var sections: [Section] = []
        var heading = ""
        var lines: [String] = []
        var isCode = false
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("```") { isCode.toggle() }
            if !isCode, let found = line.firstMatch(of: /^#+ (.*)$/) {
                sections.append(Section(heading: heading, lines: lines))
                heading = String(found.output.1)
                lines = []
            } else {
                lines.append(line)
            }
        }
        sections.append(Section(heading: heading, lines: lines))
        self.sections = sections
    }

    public func section(_ heading: String) throws -> Section {
        guard let section = sections.first(where: { $0.heading == heading }) else {
            throw Missing(description: "\(path) has no heading \"\(heading)\"")
        }
        return section
    }

    /// The tables that have these columns, on the whole page.
    public func tables(_ columns: String...) -> [Table] {
        sections.flatMap(\.tables).filter { $0.columns == columns }
    }

    /// The names in a cell, as they stand between backticks.
    public static func names(in cell: String) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.output.1) }
    }
}
