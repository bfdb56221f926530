internal import CSSH2
internal import Foundation

extension SFTPFileTree {
    /// Opens a file to read it.
    func openToRead(_ path: String) throws -> OpaquePointer {
        if let handle = try openOnce(path, LIBSSH2_FXF_READ) { return handle }
        throw error(try session.statusOfLastCall(), .read, path)
    }

    /// Creates a file exclusively. On failure, nothing is left.
    func create(_ path: String) throws -> OpaquePointer {
        let flags = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_EXCL
        if let handle = try openOnce(path, flags) { return try settingMode(of: handle, path) }
        let status = try session.statusOfLastCall()
        do {
            // If modes are not allowed, a server may create the file, reject its mode, and report a
            // failure. libssh2 cannot omit the mode, but it is ignored for an existing file.
            if case .file(bytes: 0) = try entry(at: path),
                let handle = try openOnce(path, LIBSSH2_FXF_WRITE)
            {
                return try settingMode(of: handle, path)
            }
        } catch {
            unlink(path)
            throw error
        }
        unlink(path)
        throw error(status, .createFile, path)
    }

    /// - Returns: Nil if the server refused with a reason.
    private func openOnce(_ path: String, _ flags: Int32) throws -> OpaquePointer? {
        try session.checkUsable()
        return libssh2_sftp_open_ex(
            session.raw, path, UInt32(path.utf8.count), UInt(flags),
            Int(session.settings.modes.ofNewFile), Int32(LIBSSH2_SFTP_OPENFILE))
    }

    private func settingMode(of handle: OpaquePointer, _ path: String) throws -> OpaquePointer {
        guard let mode = session.settings.modes.file else { return handle }
        var wanted = LIBSSH2_SFTP_ATTRIBUTES()
        wanted.flags = UInt(LIBSSH2_SFTP_ATTR_PERMISSIONS)
        wanted.permissions = UInt(mode)
        let code = libssh2_sftp_fstat_ex(handle, &wanted, 1)
        if code == 0 { return handle }
        let text = FileModes.text(mode)
        let error = error(after: code, .setMode(text, setting: "file_mode"), path)
        close(handle)
        unlink(path)
        throw error
    }

    /// Sends bytes, in many requests at once.
    ///
    /// - Returns: The number of confirmed bytes, or a negative code. The others may have been sent,
    ///   so the next call must begin with them.
    func write(_ bytes: UnsafeRawBufferPointer, to handle: OpaquePointer) -> Int {
        libssh2_sftp_write(
            handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }

    /// Makes a file durable, if the server supports it, and closes it.
    func finish(_ handle: OpaquePointer, _ path: String) throws {
        let code = session.synchronizing { libssh2_sftp_fsync(handle) }
        if code != 0, try session.status(after: code) != .unsupported {
            let error = error(after: code, .synchronize, path)
            close(handle)
            throw error
        }
        let closed = libssh2_sftp_close_handle(handle)
        if closed != 0 { throw error(after: closed, .write, path) }
    }

    /// Closes a file or folder that is no longer needed.
    func close(_ handle: OpaquePointer) {
        // A lost session frees its handles itself.
        guard session.lost == nil else { return }
        let code = libssh2_sftp_close_handle(handle)
        if code != 0 { _ = try? session.status(after: code) }
    }

    /// Removes a file, ignoring errors.
    func unlink(_ path: String) {
        guard session.lost == nil else { return }
        let code = libssh2_sftp_unlink_ex(session.raw, path, UInt32(path.utf8.count))
        if code != 0 { _ = try? session.status(after: code) }
    }

    /// The error of a call that returned a code.
    func error(
        after code: Int32, _ operation: SFTPOperation, _ path: String
    ) -> DestinationError {
        do {
            return error(try session.status(after: code), operation, path)
        } catch {
            return error
        }
    }

    /// The error of a status.
    func error(
        _ status: SFTPStatus, _ operation: SFTPOperation, _ path: String
    ) -> DestinationError {
        let (destination, shown) = (session.destination, session.shown(path))
        let wayOut = operation.wayOut(user: session.settings.user)
        switch status {
        case .missing: return .notFound(destination: destination, path: shown)
        case .denied:
            return .accessDenied(
                destination: destination, path: shown,
                reason: "the server denied the request to \(operation.words). \(wayOut)")
        case .full: return .full(destination: destination, path: shown)
        case .forbidden(let rule):
            return .notAllowed(destination: destination, path: shown, rule: rule)
        case .unsupported:
            return .notAllowed(
                destination: destination, path: shown,
                rule: "the server does not support the request to \(operation.words). "
                    + (operation.isOptional ? wayOut : "Choose another server"))
        case .failure, .connectionLost:
            switch mediumError() {
            case .full: return .full(destination: destination, path: shown)
            case .readOnly: return .accessDenied(destination: destination, path: shown)
            case nil:
                return .unavailable(
                    destination: destination, path: shown,
                    reason: "the server failed to \(operation.words), without giving a reason")
            }
        }
    }

    private enum MediumError { case full, readOnly }

    /// Determines the reason of a failure that the server did not explain.
    private func mediumError() -> MediumError? {
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
