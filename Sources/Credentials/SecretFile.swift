internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A file with secrets. Reading it may block for as long as its file system does.
struct SecretFile {
    let path: String
    /// Directories that others can write to: no secret is read from below them.
    let outside: [String]

    /// - Throws: ``CredentialProblem`` unless it is a regular file of at most this many bytes of
    ///   UTF-8, outside of ``outside`` after resolving symbolic links.
    func text(bytesMax: Int) throws(CredentialProblem) -> String {
        guard let real = Self.resolved(path) else { throw unreadable() }
        for directory in outside {
            guard let root = Self.resolved(directory) else { continue }
            if real.utf8.starts(with: (root.hasSuffix("/") ? root : root + "/").utf8) {
                throw CredentialProblem(
                    "\(path) is in the directory \(directory), which destinations may write to "
                        + "(--allow-directory)")
            }
        }
        // Do not wait for a pipe, and do not follow a link that was just created.
        let file = open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw unreadable() }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw unreadable() }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CredentialProblem("\(path) is not a regular file")
        }
        guard let bytes = Self.bytes(of: file, atMost: bytesMax + 1) else { throw unreadable() }
        guard bytes.count <= bytesMax else {
            throw CredentialProblem("\(path) is larger than \(bytesMax) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw CredentialProblem("\(path) is not text in UTF-8")
        }
        return text
    }

    private func unreadable() -> CredentialProblem {
        CredentialProblem("cannot read \(path): \(String(cString: strerror(errno)))")
    }

    /// - Returns: Nil if it cannot be read.
    private static func bytes(of file: Int32, atMost bytesMax: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < bytesMax {
            let count = read(file, &buffer, min(buffer.count, bytesMax - bytes.count))
            if count < 0, errno == EINTR { continue }
            if count < 0 { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// The resolved path; nil if it does not exist.
    static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// Nil if it does not exist.
    static func isDirectory(_ path: String) -> Bool? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR
    }
}
