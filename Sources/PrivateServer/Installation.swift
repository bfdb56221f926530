import Foundation

/// The location of PostgreSQL's server programs.
struct Installation: Sendable, Equatable {
    /// The directory with `initdb` and `postgres`.
    let programs: String

    func path(of program: String) -> String { programs + "/" + program }

    /// Searches the PATH, `pg_config`, and the directories of Debian, Red Hat and Homebrew.
    ///
    /// - Throws: ``PrivateServerError/notInstalled(searched:)``.
    static func find(
        path: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
    ) throws -> Installation {
        var searched = path.split(separator: ":").map(String.init)
        if let named = searched.lazy.compactMap(bindir(ofPgConfigIn:)).first {
            searched.append(named)
        }
        for parent in ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt"] {
            searched += newestFirst(in: parent)
        }
        guard let programs = searched.first(where: holdsServer) else {
            throw PrivateServerError.notInstalled(searched: searched)
        }
        return Installation(programs: programs)
    }

    private static func holdsServer(_ directory: String) -> Bool {
        ["initdb", "postgres"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: directory + "/" + $0)
        }
    }

    private static func newestFirst(in parent: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.filter { Int($0) != nil || $0.hasPrefix("postgresql") }
            .sorted { $0.compare($1, options: .numeric) == .orderedDescending }
            .map { parent + "/" + $0 + "/bin" }
    }

    private static func bindir(ofPgConfigIn directory: String) -> String? {
        let program = directory + "/pg_config"
        guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--bindir"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
