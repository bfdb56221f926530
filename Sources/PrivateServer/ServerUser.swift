import Foundation
import Processes

#if canImport(Glibc)
    package import Glibc
#elseif canImport(Musl)
    package import Musl
#elseif canImport(Darwin)
    package import Darwin
#endif

/// The system user that runs the server, and a demo's workers: the current user, or `postgres` for
/// root.
package enum ServerUser: Sendable, Equatable {
    case ourselves
    case other(name: String, uid: uid_t, gid: gid_t)

    package static func choose() throws -> ServerUser {
        guard geteuid() == 0 else { return .ourselves }
        for name in ["postgres", "nobody"] {
            guard let entry = getpwnam(name) else { continue }
            guard setpriv != nil else {
                throw PrivateServerError.noUnprivilegedUser(
                    "the program `setpriv` (util-linux), which would run it as \(name), is missing")
            }
            return .other(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
        }
        throw PrivateServerError.noUnprivilegedUser("there is no user `postgres`")
    }

    /// The command line that runs a program as this user, in the same process.
    package func command(_ arguments: [String]) -> [String] {
        guard case .other(_, let uid, let gid) = self, let setpriv = Self.setpriv else {
            return arguments
        }
        return [setpriv, "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups"] + arguments
    }

    /// Changes the owner of a file or directory to this user.
    package func own(_ path: String) throws {
        guard case .other(let name, let uid, let gid) = self else { return }
        guard chown(path, uid, gid) == 0 else {
            throw PrivateServerError.directory(
                "cannot give \(path) to user \(name): \(String(cString: strerror(errno)))")
        }
    }

    /// Whether this user can run a program, tested with `--version`, and write to a directory.
    package func canRun(_ program: String, writingInto directory: String) async -> Bool {
        let trial = try? ChildProcess(
            command([
                "/bin/sh", "-c", "test -w \"$2\" && test -x \"$2\" && exec \"$1\" --version", "sh",
                program, directory,
            ]), log: "/dev/null")
        guard let trial else { return false }
        defer { trial.signal(SIGKILL) }
        return await trial.waitForExit(within: .seconds(30)) == 0
    }

    private static var setpriv: String? {
        ["/usr/bin/setpriv", "/bin/setpriv"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }
}
