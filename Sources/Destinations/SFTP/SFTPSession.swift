internal import CSSH2
internal import Credentials
internal import Foundation
import Values

/// How long to wait for a server.
struct SFTPTimeouts: Sendable, Equatable {
    /// For the TCP connection.
    var connect: Duration = .seconds(15)
    /// For the answer to one request.
    var answer: Duration = .seconds(60)
    /// How often to send a keepalive while a file is being written.
    var keepAlive: Duration = .seconds(20)
    /// For the confirmation that a file's bytes are on the server's medium.
    var synchronize: Duration = .seconds(600)

    /// For interactive tests.
    var ofTest: SFTPTimeouts {
        SFTPTimeouts(
            connect: min(connect, .seconds(5)), answer: min(answer, .seconds(10)),
            keepAlive: keepAlive, synchronize: min(synchronize, .seconds(10)))
    }
}

/// A session with an SFTP server: connected, its host key checked, logged in.
///
/// Every call blocks, for a limited time. Used by one thread at a time. Once the connection has
/// failed, every later call fails with the same error.
final class SFTPSession {
    let destination: String
    let settings: SFTPSettings
    let timeouts: SFTPTimeouts
    private let ssh: SSHSession
    let raw: OpaquePointer
    private(set) var lost: DestinationError?

    init(
        destination: String, settings: SFTPSettings, credentials: WorkerCredentials,
        timeouts: SFTPTimeouts
    ) throws(DestinationError) {
        self.destination = destination
        self.settings = settings
        self.timeouts = timeouts
        let login = SFTPLogin(
            destination: destination, settings: settings, credentials: credentials,
            timeouts: timeouts)
        ssh = try login.connect()
        guard let raw = libssh2_sftp_init(ssh.raw) else {
            let failure = ssh.failure(code: libssh2_session_last_errno(ssh.raw))
            throw .unavailable(
                destination: destination, path: settings.address,
                reason: "the server does not offer SFTP to this user: \(failure.reason)")
        }
        self.raw = raw
    }

    /// Closes the session, if the server still responds. No calls are allowed afterwards.
    func close() {
        guard lost == nil else { return }
        ssh.setTimeout(.seconds(1))
        libssh2_session_disconnect_ex(ssh.raw, SSH_DISCONNECT_BY_APPLICATION, "", "")
        lost = gone("the session is closed")
    }

    func checkUsable() throws(DestinationError) {
        if let lost { throw lost }
    }

    /// A path on the server, for messages.
    func shown(_ path: String) -> String { settings.address + path }

    /// Sends a keepalive, so that servers and firewalls do not end an idle connection.
    func keepAlive() {
        guard lost == nil else { return }
        ssh.keepAlive()
    }

    /// Runs work that waits for the server's medium.
    func synchronizing(_ work: () -> Int32) -> Int32 {
        ssh.setTimeout(timeouts.synchronize)
        defer { ssh.setTimeout(timeouts.answer) }
        return work()
    }

    /// The status with which the server answered the call that just returned `code`.
    ///
    /// - Throws: If there was no answer: then the connection is unusable.
    func status(after code: Int32) throws(DestinationError) -> SFTPStatus {
        if code == LIBSSH2_ERROR_SFTP_PROTOCOL {
            let status = SFTPStatus(code: libssh2_sftp_last_error(raw))
            if status != .connectionLost { return status }
        }
        let error = gone(ssh.failure(code: code).reason)
        lost = error
        throw error
    }

    /// The same for a call that returns a pointer.
    func statusOfLastCall() throws(DestinationError) -> SFTPStatus {
        try status(after: libssh2_session_last_errno(ssh.raw))
    }

    private func gone(_ reason: String) -> DestinationError {
        .unavailable(destination: destination, path: settings.address, reason: reason)
    }
}

/// The reason of a failed server request.
enum SFTPStatus: Equatable {
    case missing
    case denied
    case full
    case unsupported
    case connectionLost
    /// A rule forbids it, as text.
    case forbidden(String)
    /// The server gives no reason: OpenSSH does so for most errors, including a full disk.
    case failure

    init(code: UInt) {
        switch code {
        case LIBSSH2_FX_NO_SUCH_FILE, LIBSSH2_FX_NO_SUCH_PATH, LIBSSH2_FX_NOT_A_DIRECTORY:
            self = .missing
        case LIBSSH2_FX_PERMISSION_DENIED, LIBSSH2_FX_WRITE_PROTECT: self = .denied
        case LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM, LIBSSH2_FX_QUOTA_EXCEEDED: self = .full
        case LIBSSH2_FX_OP_UNSUPPORTED: self = .unsupported
        case LIBSSH2_FX_NO_CONNECTION, LIBSSH2_FX_CONNECTION_LOST: self = .connectionLost
        case LIBSSH2_FX_BAD_MESSAGE, LIBSSH2_FX_INVALID_FILENAME:
            self = .forbidden("the server does not accept such a name")
        case LIBSSH2_FX_FILE_ALREADY_EXISTS, LIBSSH2_FX_DIR_NOT_EMPTY, LIBSSH2_FX_LINK_LOOP:
            self = .forbidden("another file is in its place. Move it away")
        default: self = .failure
        }
    }
}
