import Foundation
import Locks
import PrivateServer

/// The directory that the demo delivers into. Only one demo at a time may use it.
final class DemoFolder: Sendable {
    /// Absolute.
    let path: String
    /// The number of the latest run that has a folder here; 0 without any.
    let latestRun: Int64
    private let isNew: Bool
    private let run = Locked<Int64?>(nil)

    /// Creates the directory where there is none.
    ///
    /// - Throws: ``Failure``.
    init(_ path: String) throws {
        let url = URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL
        var path = url.path(percentEncoded: false)
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard !path.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw Failure(.usage, "the directory name contains control characters") }
        self.path = path
        let manager = FileManager.default
        isNew = !manager.fileExists(atPath: path)
        do {
            try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Failure(.usage, "cannot create \(path): \(error.localizedDescription)")
        }
        // Held until this process ends; the workers do not inherit it.
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                .usage, "another demo is using \(path)", hint: "choose another --directory")
        }
        let names = (try? manager.contentsOfDirectory(atPath: path + "/" + Self.export)) ?? []
        latestRun = names.compactMap { Int64($0.dropFirst("run-".count)) }.max() ?? 0
    }

    /// The name of the demo's data export, and of the folder that its runs are delivered into.
    static let export = "Daily customers"

    /// Where readers find a run.
    func delivery(of run: Int64) -> String { "\(path)/\(Self.export)/run-\(run)" }

    /// Where a run is staged before it is published.
    func staging(of run: Int64) -> String { "\(path)/.staging/\(run)" }

    /// What is removed at the end if it is empty, innermost last.
    var temporary: [String] {
        (isNew ? [path] : []) + [path + "/.staging", "\(path)/\(Self.export)"]
    }

    /// The path prefix of the folders by which a worker tests the directory. Staging can have some,
    /// too.
    var probes: String { path + "/.ferry-probe-" }

    /// Lets the given user deliver here: makes it the owner of the directory if that is new.
    ///
    /// - Returns: Whether the user can. If so, deliveries belong to it.
    func admit(_ user: ServerUser, running program: String) async throws -> Bool {
        if isNew { try user.own(path) }
        if await user.canRun(program, writingInto: path) { return true }
        if isNew { chown(path, geteuid(), getegid()) }
        return false
    }

    func note(run: Int64) { self.run.withLock { $0 = run } }

    /// Removes everything that is not a finished delivery.
    func tidy() {
        if let run = run.withLock({ $0 }) {
            try? FileManager.default.removeItem(atPath: staging(of: run))
        }
        for folder in [path, path + "/.staging"] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for name in names where "\(path)/\(name)".hasPrefix(probes) {
                try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        }
        for path in temporary.reversed() { rmdir(path) }
    }
}
