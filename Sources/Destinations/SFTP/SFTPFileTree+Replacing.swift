internal import Foundation

extension SFTPFileTree {
    private static let takenPrefix = ".taken-"

    // SFTP's own rename never replaces a file, and nothing can be locked. But of several processes
    // that rename one file, or rename a file to a free name, only one succeeds. So a process that
    // replaces a file first renames the existing one, and then puts the better of the two in its
    // place. In between, there is none.
    func replaceFile(
        _ path: String, with bytes: [UInt8], staging: FileTreeStaging, rank: ([UInt8]) -> Int64
    ) throws {
        // A file renamed by an interrupted attempt may be better than ours.
        var taken = try names(in: staging.path).filter { $0.hasPrefix(Self.takenPrefix) }
            .map { staging.path + "/" + $0 }
        var best = bytes
        func consider(_ file: String) throws {
            if let other = try content(of: file), rank(other) > rank(best) { best = other }
        }
        for file in taken { try consider(file) }
        let retriesMax = 100
        for _ in 1...retriesMax {
            if let there = try content(of: path) {
                if rank(there) >= rank(best) { return tidy(taken, staging) }
                let place = staging.path + "/" + Self.takenPrefix + UUID().uuidString
                guard try take(path, to: place, staging) else { continue }
                taken.append(place)
                try consider(place)
            }
            if try put(best, at: path, staging) { return tidy(taken, staging) }
        }
        throw DestinationError.unavailable(
            destination: session.destination, path: session.shown(path),
            reason: "other processes keep replacing it")
    }

    /// - Returns: False if another process was faster.
    private func take(
        _ path: String, to place: String, _ staging: FileTreeStaging
    ) throws -> Bool {
        try staging.createRun()
        do {
            try renameOnce(path, to: place)
            return true
        } catch DestinationError.notFound {
            return false
        }
    }

    /// - Returns: False if another process was faster.
    private func put(_ bytes: [UInt8], at path: String, _ staging: FileTreeStaging) throws -> Bool {
        try staging.createRun()
        let temporary = staging.path + "/.new-" + UUID().uuidString
        try createFile(temporary, bytes: bytes)
        defer { unlink(temporary) }
        do {
            try renameOnce(temporary, to: path)
            return true
        } catch let error as DestinationError {
            guard session.lost == nil, try entry(at: path) != nil else { throw error }
            return false
        }
    }

    /// Nil if there is no file.
    private func content(of path: String) throws -> [UInt8]? {
        do {
            return try read(path)
        } catch DestinationError.notFound {
            return nil
        }
    }

    private func tidy(_ taken: [String], _ staging: FileTreeStaging) {
        for file in taken { unlink(file) }
        removeIfEmpty(staging.path)
    }
}
