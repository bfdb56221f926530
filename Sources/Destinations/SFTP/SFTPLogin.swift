internal import CSSH2
internal import Credentials
internal import Foundation

/// Connects to a server, verifies its host key, and only then logs in.
struct SFTPLogin {
    let destination: String
    let settings: SFTPSettings
    let credentials: WorkerCredentials
    let timeouts: SFTPTimeouts

    func connect() throws(DestinationError) -> SSHSession {
        // Before connecting: without the secret, a connection is useless.
        let login = try login()
        let session = try trustedSession()
        do {
            try authenticate(session, login)
        } catch {
            throw explained(error, by: session, login)
        }
        return session
    }

    /// A session with a server that has proved possession of the pinned key.
    private func trustedSession() throws(DestinationError) -> SSHSession {
        let pin = settings.hostKey
        if pin.isRSA, !SSHSession.knowsRSA {
            throw notAllowed(
                "host_key pins an RSA key, but this worker's \(SSHSession.library) cannot verify "
                    + "RSA keys: \(Self.insteadOfRSA)")
        }
        var types = pin.types
        var seen: [String] = []
        while !types.isEmpty {
            let session: SSHSession
            do {
                session = try open(types)
            } catch {
                // It has no keys of the remaining types.
                if error.isDisagreement, !seen.isEmpty { break }
                throw unavailable(error.reason)
            }
            if pin.matches(session.hostKey) { return session }
            let type = HostKeyPin.type(of: session.hostKey) ?? "unknown"
            seen.append("\(type) \(HostKeyPin.fingerprint(of: session.hostKey))")
            guard pin.isOfUnknownType, types.contains(type) else { break }
            types.removeAll { $0 == type }
        }
        throw notAllowed(strangeKey(seen))
    }

    private func notAllowed(_ rule: String) -> DestinationError {
        .notAllowed(destination: destination, path: settings.address, rule: rule)
    }

    private static let insteadOfRSA =
        "pin the server's Ed25519 or ECDSA key (on the server: ssh-keygen -lf "
        + "/etc/ssh/ssh_host_ed25519_key.pub), or give the workers libssh2 1.11 or later"

    /// The error for a server that showed only these keys.
    private func strangeKey(_ seen: [String]) -> String {
        let pin = settings.hostKey
        let shown =
            "the server has the host key \(seen.joined(separator: ", ")), but host_key pins "
            + "\(pin). Nothing was sent to it. "
        if pin.isOfUnknownType, !SSHSession.knowsRSA {
            return shown
                + "The pinned key may be its RSA key, which this worker's \(SSHSession.library) "
                + "cannot request: then \(Self.insteadOfRSA). Otherwise, ask the server's operator "
                + "for its keys before you pin another one"
        }
        return shown
            + "If its operator confirms this key, create the destination with it; if not, another "
            + "server is answering in its place"
    }

    private func open(_ types: [String]) throws(SSHSession.Failure) -> SSHSession {
        let socket: Int32
        do {
            socket = try SFTPSocket.connect(
                host: settings.host, port: settings.port, timeout: timeouts.connect)
        } catch {
            throw SSHSession.Failure(code: LIBSSH2_ERROR_SOCKET_NONE, reason: error.reason)
        }
        return try SSHSession(socket: socket, keyTypes: types, timeout: timeouts.answer)
    }

    private func login() throws(DestinationError) -> SFTPAccess.Login {
        let (name, host, port) = (settings.credential, settings.host, settings.port)
        do throws(CredentialUnavailable) {
            let access = try credentials.sftp(name)
            guard access.allows(host: host, port: port) else {
                throw .misplaced(
                    name, at: settings.address, allowed: access.host.description)
            }
            return access.login
        } catch {
            throw .credentialUnavailable(destination: destination, error)
        }
    }

    private func authenticate(
        _ session: SSHSession, _ login: SFTPAccess.Login
    ) throws(SSHSession.Failure) {
        switch login {
        case .password(let password):
            try session.authenticate(user: settings.user, password: password)
        case .privateKey(let key, let passphrase):
            try session.authenticate(
                user: settings.user, privateKey: key, passphrase: passphrase)
        }
    }

    private func explained(
        _ error: SSHSession.Failure, by session: SSHSession, _ login: SFTPAccess.Login
    ) -> DestinationError {
        let method =
            switch login {
            case .password: "password"
            case .privateKey: "publickey"
            }
        func refused(_ reason: String) -> DestinationError {
            .notAuthenticated(
                destination: destination, user: settings.user, method: method, reason: reason)
        }
        switch error.code {
        case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED,
            LIBSSH2_ERROR_PASSWORD_EXPIRED, LIBSSH2_ERROR_METHOD_NOT_SUPPORTED:
            if let methods = session.methods(user: settings.user) {
                if case .privateKey(let key, _) = login, !SSHSession.knowsRSA,
                    SSHPrivateKey.isRSA(key)
                {
                    return refused(
                        "\(settings.address) accepts \(methods) but not this credential, whose key "
                            + "is an RSA key: this worker's \(SSHSession.library) signs only with "
                            + "SHA-1, which most servers reject. Use an Ed25519 or ECDSA key, or "
                            + "libssh2 1.11 or later")
                }
                return refused("\(settings.address) accepts \(methods) but not this credential")
            }
            // libssh2 also reports a key as unverified if the connection was lost.
            return error.code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED
                ? unavailable("the connection was lost while logging in")
                : refused("\(settings.address) does not accept this credential")
        default:
            guard !error.isLoss, case .privateKey = login else {
                return unavailable(error.reason)
            }
            return refused(
                "the private key could not be read: it is not in PEM or OpenSSH form, or the "
                    + "passphrase is wrong (\(error.reason))")
        }
    }

    private func unavailable(_ reason: String) -> DestinationError {
        .unavailable(destination: destination, path: settings.address, reason: reason)
    }
}
