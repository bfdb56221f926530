import Foundation

/// The files of this project.
struct Project {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct File: CustomStringConvertible {
        /// From the project's root.
        let path: String
        let text: String

        var lines: [Substring] {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            if lines.last == "" { lines.removeLast() }
            return lines
        }

        /// The module of a file in Sources or Tests.
        var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
        var description: String { path }
    }

    /// The files below these folders with one of these extensions, in the order of their paths.
    static func files(in folders: [String], _ extensions: Set<String>) throws -> [File] {
        try folders.flatMap { folder -> [File] in
            let start = root.appendingPathComponent(folder)
            let found = FileManager.default.enumerator(atPath: start.path)
            return try (found?.compactMap { $0 as? String } ?? []).sorted()
                .filter { extensions.contains(URL(fileURLWithPath: $0).pathExtension) }
                .filter { !isFolder(folder + "/" + $0) && !$0.hasSuffix(".DS_Store") }
                .map { try file(folder + "/" + $0) }
        }
    }

    static func file(_ path: String) throws -> File {
        let url = root.appendingPathComponent(path)
        return File(path: path, text: try String(contentsOf: url, encoding: .utf8))
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        let url = root.appendingPathComponent(path)
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        return exists && isFolder.boolValue
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    /// Every text file that is under version control, but the licence.
    static func texts() throws -> [File] {
        let folders = ["Sources", "Tests", "sql", "docs", "scripts", ".ci", "benchmarks"]
        let single =
            ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Package.swift"]
            + ["Dockerfile", "docker-compose.yml", ".dockerignore"]
        return try files(
            in: folders, ["swift", "sql", "md", "h", "modulemap", "sh", "py", "json", "yml", ""])
            + single.filter(exists).map(file)
    }
}
