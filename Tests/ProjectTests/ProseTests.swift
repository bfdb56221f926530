import Foundation
import Testing

@Suite("The documentation")
struct ProseTests {
    private struct Line {
        let file: Project.File
        let number: Int
        let text: Substring
    }

    private let pages: [Project.File]

    init() throws {
        pages =
            try Project.files(in: ["docs"], ["md"])
            + ["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(Project.file)
        try #require(pages.count > 50)
    }

    /// But for tables, code, and words that cannot be broken, such as links.
    @Test func `is wrapped at 100 columns`() {
        for page in pages {
            for line in prose(of: page)
            where line.text.count > 100 && Self.canBeBroken(line.text) {
                Issue.record(
                    "\(page):\(line.number) has \(line.text.count) columns: scripts/wrap-docs")
            }
        }
    }

    @Test func `says nothing twice`() {
        var places: [String: String] = [:]
        for page in pages {
            for paragraph in paragraphs(of: page) {
                let words = paragraph.map(\.text).joined(separator: " ")
                    .split(separator: " ").joined(separator: " ")
                // A short one, such as an introduction of an example, may well come again.
                guard words.count > 80, let first = paragraph.first else { continue }
                let place = "\(page):\(first.number)"
                if let other = places.updateValue(place, forKey: words) {
                    Issue.record("\(place) repeats \(other)")
                }
            }
        }
        #expect(places.count > 200)
    }

    @Test func `links to headings that exist`() throws {
        let anchors = Dictionary(
            uniqueKeysWithValues: pages.map { page in (page.path, Self.anchors(of: page)) })
        var found = 0
        for page in pages {
            for link in page.text.matches(of: /\]\(([^)#\s]*)#([^)\s]+)\)/) {
                let target = String(link.output.1)
                if target.contains("://") { continue }
                let folder = URL(filePath: "/" + page.path).deletingLastPathComponent()
                let path =
                    target.isEmpty
                    ? page.path
                    : String(folder.appending(path: target).standardizedFileURL.path.dropFirst())
                guard let known = anchors[path] else { continue }
                found += 1
                #expect(known.contains(String(link.output.2)), "\(page): \(link.output.0)")
            }
        }
        #expect(found > 50)
    }

    /// Lines that are neither code nor in a table.
    private func prose(of page: Project.File) -> [Line] {
        var lines: [Line] = []
        var fence: Substring?
        for (index, text) in page.lines.enumerated() {
            let content = text.drop { $0 == " " }
            if let mark = content.firstMatch(of: /^(```+|~~~+)/)?.output.1 {
                if fence == nil { fence = mark } else if fence == mark { fence = nil }
                continue
            }
            if fence != nil || content.hasPrefix("|") || text.hasPrefix("    ") { continue }
            lines.append(Line(file: page, number: index + 1, text: text))
        }
        return lines
    }

    private func paragraphs(of page: Project.File) -> [[Line]] {
        var paragraphs: [[Line]] = [[]]
        var last = 0
        for line in prose(of: page) {
            let isEmpty = line.text.allSatisfy { $0 == " " }
            let begins = line.text.firstMatch(of: /^\s*([-*#>]|\d+\.)\s/) != nil
            if isEmpty || begins || line.number != last + 1 { paragraphs.append([]) }
            if !isEmpty { paragraphs[paragraphs.count - 1].append(line) }
            last = line.number
        }
        return paragraphs.filter { !$0.isEmpty }
    }

    /// Whether a space is in it where a line may end: not in code, not in a mark of a list.
    private static func canBeBroken(_ text: Substring) -> Bool {
        if text.hasPrefix("#") { return false }
        let content = text.replacing(/^\s*(?:[-*>]\s+|\d+\.\s+)?/, with: "")
        return content.replacing(/`[^`]*`/, with: "x").contains(" ")
    }

    /// As GitHub makes them.
    private static func anchors(of page: Project.File) -> Set<String> {
        Set(
            page.lines.compactMap { $0.firstMatch(of: /^#+ (.*)$/)?.output.1 }.map { heading in
                heading.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
                    .replacing(" ", with: "-")
            })
    }
}
