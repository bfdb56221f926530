internal import Foundation
internal import Manifests

/// Tests the operations of publishing in a file tree, with a folder that readers ignore.
///
/// Its folder names contain the creation time, so that folders of dead processes can be removed
/// later.
struct FileTreeProbe {
    static let prefix = ".ferry-probe-"
    /// The minimum age of leftovers of others: a probe takes seconds, and clocks differ.
    private static let secondsMax: Int64 = 86_400

    let tree: any FileTree
    let destination: String

    /// Writes a file, reads it back, and renames its folder below another one.
    ///
    /// - Parameters:
    ///   - staging: A staging folder below the root; created if it is missing.
    ///   - parent: The folder where deliveries become visible.
    func run(in staging: [String], below root: String, showingIn parent: String) throws {
        let name = Self.newName()
        let folder = ([root] + staging + [name]).joined(separator: "/")
        do {
            try tree.createDirectories(staging + [name], below: root)
            try write(folder + "/probe")
            try show(folder, as: parent + "/" + name)
        } catch {
            try? tree.remove(folder)
            throw error
        }
        try tree.remove(folder)
    }

    private func write(_ path: String) throws {
        let bytes = Array("Ferry tests this directory. \(UUID().uuidString)\n".utf8)
        try tree.createFile(path, bytes: bytes)
        guard try tree.read(path) == bytes else {
            throw DestinationError.checksumMismatch(
                destination: destination, file: path, expected: "the bytes that were written",
                actual: "others")
        }
    }

    /// Renames a folder that is not empty, as publishing does, and renames it back.
    private func show(_ folder: String, as name: String) throws {
        do {
            try tree.rename(folder, to: name)
        } catch let error as DestinationError {
            throw explained(error, folder, name)
        }
        do {
            try tree.rename(name, to: folder)
        } catch {
            try? tree.remove(name)
            throw error
        }
    }

    /// Distinguishes a server that cannot rename folders from one that cannot rename anything.
    private func explained(
        _ error: DestinationError, _ folder: String, _ name: String
    ) -> DestinationError {
        let file = folder + "/probe"
        guard (try? tree.rename(file, to: name)) != nil else { return error }
        if (try? tree.rename(name, to: file)) == nil { try? tree.remove(name) }
        return .notAllowed(
            destination: destination, path: name,
            rule: "files can be renamed there, but folders cannot. A delivery becomes visible by "
                + "renaming its folder. Allow that, or choose another server or directory. The "
                + "answer was: \(error.description)")
    }

    /// Removes leftovers of dead processes in these folders. Errors are ignored, as they are not
    /// part of the test.
    func sweep(_ folders: [String]) {
        for folder in folders {
            for name in (try? tree.names(in: folder)) ?? [] where Self.isOld(name) {
                try? tree.remove(folder + "/" + name)
            }
        }
    }

    static func newName() -> String {
        "\(prefix)\(Int64(Date().timeIntervalSince1970))-\(UUID().uuidString)"
    }

    /// Whether a name is that of a probe older than a day.
    static func isOld(_ name: String) -> Bool {
        guard name.hasPrefix(prefix),
            let seconds = Int64(name.dropFirst(prefix.count).prefix { $0 != "-" })
        else { return false }
        return Int64(Date().timeIntervalSince1970) - seconds > secondsMax
    }
}
