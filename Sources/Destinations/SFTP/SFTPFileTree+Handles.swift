internal import CSSH2
internal import Foundation

extension SFTPFileTree {
    /// Opens a file to read it, or creates one that must not exist.
    func open(_ path: String, creating: Bool) throws -> OpaquePointer {
        try session.checkUsable()
        let flags =
            creating
            ? LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_EXCL : LIBSSH2_FXF_READ
        let handle = libssh2_sftp_open_ex(
            session.raw, path, UInt32(path.utf8.count), UInt(flags), Self.fileMode,
            Int32(LIBSSH2_SFTP_OPENFILE))
        guard let handle else { throw error(try session.statusOfLastCall(), path) }
        return handle
    }

    /// Sends bytes, in many requests at once.
    ///
    /// - Returns: How many of them the server has confirmed, or a negative code. The others may
    ///   have been sent, so the next call must begin with them.
    func write(_ bytes: UnsafeRawBufferPointer, to handle: OpaquePointer) -> Int {
        libssh2_sftp_write(
            handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }

    /// Makes a file durable, where the server can, and closes it.
    func finish(_ handle: OpaquePointer, _ path: String) throws {
        let code = session.synchronizing { libssh2_sftp_fsync(handle) }
        if code != 0, try session.status(after: code) != .unsupported {
            let error = error(after: code, path)
            close(handle)
            throw error
        }
        let closed = libssh2_sftp_close_handle(handle)
        if closed != 0 { throw error(after: closed, path) }
    }

    /// Closes a file or folder that is of no more interest.
    func close(_ handle: OpaquePointer) {
        // A lost session frees its handles itself.
        guard session.lost == nil else { return }
        let code = libssh2_sftp_close_handle(handle)
        if code != 0 { _ = try? session.status(after: code) }
    }

    /// Removes a file, if it can be done.
    func unlink(_ path: String) {
        guard session.lost == nil else { return }
        let code = libssh2_sftp_unlink_ex(session.raw, path, UInt32(path.utf8.count))
        if code != 0 { _ = try? session.status(after: code) }
    }

    /// What to tell of a call that returned a code.
    func error(after code: Int32, _ path: String) -> DestinationError {
        do {
            return error(try session.status(after: code), path)
        } catch {
            return error
        }
    }

    /// What to tell of a status that is an error.
    func error(_ status: SFTPStatus, _ path: String) -> DestinationError {
        let (destination, shown) = (session.destination, session.shown(path))
        switch status {
        case .missing: return .notFound(destination: destination, path: shown)
        case .denied: return .accessDenied(destination: destination, path: shown)
        case .full: return .full(destination: destination, path: shown)
        case .forbidden(let rule):
            return .notAllowed(destination: destination, path: shown, rule: rule)
        case .unsupported:
            return .notAllowed(
                destination: destination, path: shown,
                rule: "the server does not support the request. Choose another server")
        case .failure, .connectionLost:
            switch mediumTrouble() {
            case .full: return .full(destination: destination, path: shown)
            case .readOnly: return .accessDenied(destination: destination, path: shown)
            case nil:
                return .unavailable(
                    destination: destination, path: shown,
                    reason: "the server says that it failed and not why")
            }
        }
    }

    private enum MediumTrouble { case full, readOnly }

    /// Looks for the reason of a failure that the server did not explain.
    private func mediumTrouble() -> MediumTrouble? {
        guard session.lost == nil else { return nil }
        let path = session.settings.path
        var medium = LIBSSH2_SFTP_STATVFS()
        let code = libssh2_sftp_statvfs(session.raw, path, path.utf8.count, &medium)
        if code != 0 {
            _ = try? session.status(after: code)
            return nil
        }
        if medium.f_flag & UInt64(LIBSSH2_SFTP_ST_RDONLY) != 0 { return .readOnly }
        let isFull = medium.f_bavail == 0 || (medium.f_files > 0 && medium.f_favail == 0)
        return isFull ? .full : nil
    }
}
