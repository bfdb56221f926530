import Foundation
import Testing

@Suite("The project")
struct LayoutTests {
    @Test func `numbers its migrations without gaps`() throws {
        let names = try Project.files(in: ["sql/migrations"], ["sql"])
            .map { URL(fileURLWithPath: $0.path).lastPathComponent }

        #expect(!names.isEmpty)
        for (index, name) in names.enumerated() {
            let digits = String(index + 1)
            let number = String(repeating: "0", count: 4 - digits.count) + digits
            #expect(name.hasPrefix(number + "_"), "\(name) should have number \(number)")
        }
    }

    @Test func `does not contain paths of a workplace`() throws {
        let places = ["/work" + "/", "/opt/swift" + "-packages", "/ro" + "ot/", "/home" + "/"]
        for file in try Project.texts() {
            for (index, line) in file.lines.enumerated() {
                for place in places where line.contains(place) {
                    Issue.record("\(file):\(index + 1) holds \(place)")
                }
            }
        }
    }

    @Test func `leads from the README to every page of its documentation`() throws {
        let pages = try Project.files(in: ["docs"], ["md"])
        try #require(!pages.isEmpty)
        let readers = pages + [try Project.file("README.md")]

        for page in pages {
            let isLinked = readers.contains { reader in
                reader.path != page.path
                    && reader.text.matches(of: /\]\(([^)#\s]+)/).contains {
                        resolved(String($0.output.1), from: reader) == page.path
                    }
            }
            #expect(isLinked, "nothing links to \(page)")
        }
    }

    @Test func `links to files that exist`() throws {
        let readers =
            try Project.files(in: ["docs"], ["md"])
            + ["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(Project.file)
        for reader in readers {
            for link in reader.text.matches(of: /\]\(([^)#\s]+)/) {
                let target = String(link.output.1)
                if target.contains("://") || target.hasPrefix("mailto:") { continue }
                #expect(Project.exists(resolved(target, from: reader)), "\(reader): \(target)")
            }
        }
    }

    @Test func `has a change log and a licence`() throws {
        let changes = try Project.file("CHANGELOG.md").text
        #expect(changes.contains("\n## Unreleased") || changes.contains("\n## 0.1.0"))

        let licence = try Project.file("LICENSE").text
        #expect(
            licence.contains("Apache License") && licence.contains("END OF TERMS AND CONDITIONS"))
    }

    @Test func `has scripts that can be run`() {
        let scripts = [
            "test", "demo", "check-readme", "check-binary", "bench", "test-threads", "wrap-docs",
        ]
        for path in scripts.map({ "scripts/" + $0 }) + [".ci/run"] {
            let url = Project.root.appendingPathComponent(path)
            #expect(FileManager.default.isExecutableFile(atPath: url.path), "\(path)")
        }
    }

    /// A link's target, from the project's root.
    private func resolved(_ target: String, from reader: Project.File) -> String {
        let folder = Project.root.appendingPathComponent(reader.path).deletingLastPathComponent()
        let path = folder.appendingPathComponent(target).standardizedFileURL.path
        let root = Project.root.standardizedFileURL.path + "/"
        return path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
    }
}
