import ConfigurationFiles
import Foundation
import Values

/// Asks before `--prune` deletes anything.
struct DeletionGuard {
    /// How many objects may be deleted.
    var deletionsMax: Int
    /// Whether to delete without asking.
    var isConfirmed: Bool

    static let deletionsMaxDefault = 10

    /// - Parameter mayAsk: Whether to ask, if there is a terminal.
    /// - Throws: ``Failure`` if the deletion is not allowed.
    func check(_ objects: [DefinedObject], mayAsk: Bool) throws {
        if objects.isEmpty { return }
        let words = "--prune would delete \(Self.listed(objects))"
        if objects.count > deletionsMax {
            throw Failure(
                .usage,
                "\(words): \(objects.count) objects, of which --prune-max allows \(deletionsMax)",
                hint: "check that the file is complete, then use --prune-max \(objects.count)")
        }
        if isConfirmed { return }
        guard mayAsk, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw Failure(.usage, words, hint: "to confirm, repeat the command with --yes")
        }
        FileHandle.standardError.write(Data("\(words)\nDelete? Type yes: ".utf8))
        if readLine()?.trimmingCharacters(in: .whitespaces).lowercased() != "yes" {
            throw Failure(.usage, "nothing was changed: the answer was not yes")
        }
    }

    private static func listed(_ objects: [DefinedObject]) -> String {
        let namesMax = 20
        let names = objects.prefix(namesMax).map(\.words).joined(separator: ", ")
        return objects.count > namesMax
            ? "\(names) and \(objects.count - namesMax) more" : names
    }
}
