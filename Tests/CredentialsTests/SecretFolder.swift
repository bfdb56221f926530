import Foundation

/// A folder of its own; gone with it.
final class SecretFolder {
    let path: String

    init() throws {
        let made = NSTemporaryDirectory() + "ferry-credentials-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: made + "/inner", withIntermediateDirectories: true)
        path = made
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
        return path + "/" + name
    }

    @discardableResult
    func link(_ name: String, to target: String) throws -> String {
        try FileManager.default.createSymbolicLink(
            atPath: path + "/" + name, withDestinationPath: target)
        return path + "/" + name
    }
}
