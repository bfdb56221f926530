internal import CSSH2
internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// An SSH connection whose server has shown its host key. Every call blocks, for a limited time.
/// Used by one thread at a time.
final class SSHSession {
    /// Why a call failed: libssh2's code and message.
    struct Failure: Error {
        let code: Int32
        let reason: String

        /// Whether the server did not answer, or the connection is gone.
        var isLoss: Bool {
            switch code {
            case LIBSSH2_ERROR_TIMEOUT, LIBSSH2_ERROR_SOCKET_DISCONNECT,
                LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_SEND,
                LIBSSH2_ERROR_SOCKET_TIMEOUT, LIBSSH2_ERROR_SOCKET_NONE:
                true
            default: false
            }
        }

        /// Whether client and server have no common algorithms.
        var isDisagreement: Bool {
            switch code {
            case LIBSSH2_ERROR_KEX_FAILURE, LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE,
                LIBSSH2_ERROR_METHOD_NOT_SUPPORTED:
                true
            default: false
            }
        }
    }

    let raw: OpaquePointer
    private let socket: Int32
    /// In SSH's wire format.
    let hostKey: [UInt8]

    /// Thread-safe and done once, before anything else of libssh2.
    private static let isInitialized = libssh2_init(0) == 0

    /// The library and its version, for messages: `libssh2 1.10.0`.
    static let library = "libssh2 " + (libssh2_version(0).map { String(cString: $0) } ?? "")
    /// Whether it supports RSA signatures with SHA-2. Modern servers accept no others, and neither
    /// does Ferry.
    static let knowsRSA = libssh2_version(0x010B00) != nil

    /// Takes ownership of the socket, performs the handshake, and reads the host key.
    ///
    /// - Parameter keyTypes: The host key types to request, in order of preference.
    init(socket: Int32, keyTypes: [String], timeout: Duration) throws(Failure) {
        guard Self.isInitialized, let raw = libssh2_session_init_ex(nil, nil, nil, nil) else {
            close(socket)
            throw Failure(code: LIBSSH2_ERROR_ALLOC, reason: "libssh2 could not be started")
        }
        libssh2_session_set_blocking(raw, 1)
        libssh2_session_set_timeout(raw, Int(timeout / .milliseconds(1)))
        var code: Int32 = 0
        let methods =
            SSHAlgorithms.all + [
                (LIBSSH2_METHOD_HOSTKEY, HostKeyPin.algorithms(keyTypes))
            ]
        for (method, names) in methods where code == 0 {
            // Algorithms that this libssh2 lacks are omitted.
            code = libssh2_session_method_pref(raw, method, names)
        }
        if code == 0 { code = libssh2_session_handshake(raw, socket) }
        var count = 0
        var type: Int32 = 0
        guard code == 0, let key = libssh2_session_hostkey(raw, &count, &type) else {
            let failure = Self.failure(raw, code: code)
            Self.free(raw, socket)
            throw failure
        }
        hostKey = Array(UnsafeRawBufferPointer(start: key, count: count))
        self.raw = raw
        self.socket = socket
    }

    deinit { Self.free(raw, socket) }

    func setTimeout(_ timeout: Duration) {
        libssh2_session_set_timeout(raw, Int(timeout / .milliseconds(1)))
    }

    /// Sends a keepalive message, unless others are waiting to be sent.
    func keepAlive() {
        var writable = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        // A partially sent one would block the next message.
        guard poll(&writable, 1, 0) == 1, Int32(writable.revents) == Int32(POLLOUT) else { return }
        // libssh2 sends one only if the last is older than this, and automatically while it waits.
        libssh2_keepalive_config(raw, 0, 1)
        defer { libssh2_keepalive_config(raw, 0, 0) }
        var seconds: Int32 = 0
        libssh2_keepalive_send(raw, &seconds)
    }

    /// The error of the last call.
    func failure(code: Int32) -> Failure { Self.failure(raw, code: code) }

    /// The authentication methods of the server; nil if unknown.
    func methods(user: String) -> String? {
        libssh2_userauth_list(raw, user, UInt32(user.utf8.count)).map { String(cString: $0) }
    }

    func authenticate(user: String, password: String) throws(Failure) {
        let code = libssh2_userauth_password_ex(
            raw, user, UInt32(user.utf8.count), password, UInt32(password.utf8.count), nil)
        if code != 0 { throw failure(code: code) }
    }

    func authenticate(user: String, privateKey: String, passphrase: String?) throws(Failure) {
        // Credentials lack the final line end, which key parsers need.
        let text = privateKey + "\n"
        let code = libssh2_userauth_publickey_frommemory(
            raw, user, user.utf8.count, nil, 0, text, text.utf8.count, passphrase)
        if code != 0 { throw failure(code: code) }
    }

    private static func failure(_ raw: OpaquePointer, code: Int32) -> Failure {
        var text: UnsafeMutablePointer<CChar>?
        var count: Int32 = 0
        libssh2_session_last_error(raw, &text, &count, 0)
        let said = text.map { String(cString: $0) } ?? ""
        let reason =
            switch code {
            case LIBSSH2_ERROR_KEX_FAILURE, LIBSSH2_ERROR_METHOD_NOT_SUPPORTED:
                "the server offers no key exchange, host key, cipher or MAC that Ferry accepts"
            case LIBSSH2_ERROR_TIMEOUT: "the server did not answer in time"
            case LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_RECV,
                LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_BANNER_RECV, LIBSSH2_ERROR_CHANNEL_CLOSED,
                LIBSSH2_ERROR_CHANNEL_EOF_SENT:
                "the connection was lost"
            default: "SSH error \(code)"
            }
        return Failure(code: code, reason: said.isEmpty ? reason : "\(reason) (\(said))")
    }

    private static func free(_ raw: OpaquePointer, _ socket: Int32) {
        // Without the socket, no following call can wait for the server.
        shutdown(socket, Int32(SHUT_RDWR))
        libssh2_session_free(raw)
        close(socket)
    }
}
