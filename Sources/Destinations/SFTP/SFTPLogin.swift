internal import CSSH2
internal import Foundation
internal import struct Lifecycle.SecretUnavailable

/// Connects to a server, makes sure that it is the right one, and only then logs in.
struct SFTPLogin {
    let destination: String
    let settings: SFTPSettings
    let timeouts: SFTPTimeouts

    func connect() throws(DestinationError) -> SSHSession {
        // Before connecting: a secret that is not there is no reason to bother the server.
        let secrets = try resolve()
        let session = try trustedSession()
        do {
            try authenticate(session, secrets)
        } catch {
            throw told(error, by: session)
        }
        return session
    }

    /// A session with a server that has proved to hold the pinned key.
    private func trustedSession() throws(DestinationError) -> SSHSession {
        let pin = settings.hostKey
        var types = pin.types
        var seen: [String] = []
        while !types.isEmpty {
            let session: SSHSession
            do {
                session = try open(types)
            } catch {
                // It has no keys of the types that are left.
                if error.isDisagreement, !seen.isEmpty { break }
                throw unavailable(error.reason)
            }
            if pin.matches(session.hostKey) { return session }
            let type = HostKeyPin.type(of: session.hostKey) ?? "unknown"
            seen.append("\(type) \(HostKeyPin.fingerprint(of: session.hostKey))")
            guard pin.isOfUnknownType, types.contains(type) else { break }
            types.removeAll { $0 == type }
        }
        throw .notAllowed(
            destination: destination, path: settings.address,
            rule: "the server showed the host key \(seen.joined(separator: ", ")), and host_key "
                + "pins \(pin). Nothing was sent to it. If its operator confirms the key that it "
                + "shows, create the destination with that one; if not, somebody else answers "
                + "in its place")
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

    private enum Secrets {
        case password(String)
        case privateKey(String, passphrase: String?)
    }

    private func resolve() throws(DestinationError) -> Secrets {
        do {
            switch settings.credential {
            case .password(let reference):
                return .password(try reference.resolve())
            case .privateKey(let reference, nil):
                return .privateKey(try reference.resolve(), passphrase: nil)
            case .privateKey(let reference, let passphrase?):
                return .privateKey(
                    try reference.resolve(), passphrase: try passphrase.resolve())
            }
        } catch {
            throw .secretUnavailable(
                destination: destination, reference: error.reference, reason: error.reason)
        }
    }

    private func authenticate(
        _ session: SSHSession, _ secrets: Secrets
    ) throws(SSHSession.Failure) {
        switch secrets {
        case .password(let password):
            try session.authenticate(user: settings.user, password: password)
        case .privateKey(let key, let passphrase):
            try session.authenticate(
                user: settings.user, privateKey: key, passphrase: passphrase)
        }
    }

    private func told(_ error: SSHSession.Failure, by session: SSHSession) -> DestinationError {
        let method = settings.credential.method
        func refused(_ reason: String) -> DestinationError {
            .notAuthenticated(
                destination: destination, user: settings.user, method: method, reason: reason)
        }
        switch error.code {
        case LIBSSH2_ERROR_FILE:
            return refused(
                "the private key could not be read: it is not in PEM or OpenSSH form, or the "
                    + "passphrase is not the right one")
        case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED,
            LIBSSH2_ERROR_PASSWORD_EXPIRED, LIBSSH2_ERROR_METHOD_NOT_SUPPORTED:
            let methods = session.methods(user: settings.user)
            return refused(
                methods.map { "\(settings.address) accepts \($0) and not this credential" }
                    ?? "\(settings.address) does not accept this credential")
        default:
            return unavailable(error.reason)
        }
    }

    private func unavailable(_ reason: String) -> DestinationError {
        .unavailable(destination: destination, path: settings.address, reason: reason)
    }
}
