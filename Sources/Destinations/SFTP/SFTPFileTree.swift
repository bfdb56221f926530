internal import CSSH2
internal import Foundation

/// The files of an SFTP server, on behalf of a destination.
struct SFTPFileTree: FileTree {
    let session: SFTPSession
    private var raw: OpaquePointer { session.raw }
    private var modes: FileModes { session.settings.modes }

    /// The type of the entry at a path, following links.
    func isDirectory(_ path: String) throws -> Bool {
        try attributes(of: path, LIBSSH2_SFTP_STAT).map(Self.entry) == .directory
    }

    func entry(at path: String) throws -> FileTreeEntry? {
        try attributes(of: path, LIBSSH2_SFTP_LSTAT).map(Self.entry)
    }

    private static func entry(_ attributes: LIBSSH2_SFTP_ATTRIBUTES) -> FileTreeEntry {
        switch Int32(truncatingIfNeeded: attributes.permissions) & LIBSSH2_SFTP_S_IFMT {
        case LIBSSH2_SFTP_S_IFDIR: .directory
        case LIBSSH2_SFTP_S_IFREG: .file(bytes: Int64(clamping: attributes.filesize))
        default: .other
        }
    }

    private func attributes(
        of path: String, _ kind: Int32
    ) throws -> LIBSSH2_SFTP_ATTRIBUTES? {
        try session.checkUsable()
        var attributes = LIBSSH2_SFTP_ATTRIBUTES()
        let code = libssh2_sftp_stat_ex(raw, path, UInt32(path.utf8.count), kind, &attributes)
        if code == 0 { return attributes }
        let status = try session.status(after: code)
        if status == .missing { return nil }
        throw error(status, .look, path)
    }

    func names(in path: String) throws -> [String] {
        try session.checkUsable()
        let flags = Int32(LIBSSH2_SFTP_OPENDIR)
        guard let handle = libssh2_sftp_open_ex(raw, path, UInt32(path.utf8.count), 0, 0, flags)
        else {
            let status = try session.statusOfLastCall()
            if status == .missing { return [] }
            throw error(status, .list, path)
        }
        defer { close(handle) }
        var names: [String] = []
        var buffer = [CChar](repeating: 0, count: 4096)
        var attributes = LIBSSH2_SFTP_ATTRIBUTES()
        while true {
            let count = libssh2_sftp_readdir_ex(
                handle, &buffer, buffer.count, nil, 0, &attributes)
            if count == 0 { return names }
            if count < 0 { throw error(after: count, .list, path) }
            let name = String(
                decoding: buffer[..<Int(count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
            if name != "." && name != ".." { names.append(name) }
        }
    }

    func createDirectories(_ components: [String], below root: String) throws {
        var path = root
        for component in components {
            path += "/" + component
            try session.checkUsable()
            let code = libssh2_sftp_mkdir_ex(
                raw, path, UInt32(path.utf8.count), Int(modes.ofNewFolder))
            if code == 0 {
                if let mode = modes.folder { try setMode(mode, ofFolder: path) }
                continue
            }
            let status = try session.status(after: code)
            switch try entry(at: path) {
            case .directory: continue
            case nil: throw error(status, .makeFolder, path)
            default:
                let rule = "another file is in its place. Move it away"
                throw error(.forbidden(rule), .makeFolder, path)
            }
        }
    }

    private func setMode(_ mode: UInt32, ofFolder path: String) throws {
        // New files may inherit the group of their folder, which is kept.
        let inherited = try attributes(of: path, LIBSSH2_SFTP_LSTAT)
            .map { UInt32(truncatingIfNeeded: $0.permissions) & 0o7000 }
        var wanted = LIBSSH2_SFTP_ATTRIBUTES()
        wanted.flags = UInt(LIBSSH2_SFTP_ATTR_PERMISSIONS)
        wanted.permissions = UInt(mode | (inherited ?? 0))
        let code = libssh2_sftp_stat_ex(
            raw, path, UInt32(path.utf8.count), LIBSSH2_SFTP_SETSTAT, &wanted)
        if code != 0 {
            let text = FileModes.text(mode)
            let error = error(after: code, .setMode(text, setting: "folder_mode"), path)
            removeIfEmpty(path)
            throw error
        }
    }

    func createFile(_ path: String, bytes: [UInt8]) throws {
        let handle = try create(path)
        do {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write($0, to: handle) }
                if count < 0 { throw error(after: Int32(count), .write, path) }
                rest = rest.dropFirst(count)
            }
            try finish(handle, path)
        } catch {
            unlink(path)
            throw error
        }
    }

    func read(_ path: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try read(path) { bytes += $0 }
        return bytes
    }

    /// Passes on the bytes of a file, in order, in chunks that are valid only during the call.
    func read(_ path: String, _ chunk: (UnsafeRawBufferPointer) throws -> Void) throws {
        let handle = try openToRead(path)
        defer { close(handle) }
        // libssh2 requests a few times as much in advance.
        var buffer = [CChar](repeating: 0, count: 256 << 10)
        while true {
            let count = libssh2_sftp_read(handle, &buffer, buffer.count)
            if count == 0 { return }
            if count < 0 { throw error(after: Int32(count), .read, path) }
            try buffer.withUnsafeBytes {
                try chunk(UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
        }
    }

    func rename(_ source: String, to target: String) throws {
        // SFTP's own rename never replaces anything: OpenSSH links a file and rejects an existing
        // folder, even an empty one. So it is as atomic as possible.
        do {
            try renameOnce(source, to: target)
        } catch let error as DestinationError {
            guard session.lost == nil, try entry(at: source) == .directory,
                try entry(at: target) == .directory, try names(in: target).isEmpty
            else { throw error }
            removeIfEmpty(target)
            try renameOnce(source, to: target)
        }
    }

    func renameOnce(_ source: String, to target: String) throws {
        try session.checkUsable()
        let flags =
            LIBSSH2_SFTP_RENAME_OVERWRITE | LIBSSH2_SFTP_RENAME_ATOMIC
            | LIBSSH2_SFTP_RENAME_NATIVE
        let code = libssh2_sftp_rename_ex(
            raw, source, UInt32(source.utf8.count), target, UInt32(target.utf8.count),
            Int(flags))
        if code != 0 { throw error(after: code, .rename, target) }
    }

    func remove(_ path: String) throws {
        guard let entry = try entry(at: path) else { return }
        guard entry == .directory else {
            let code = libssh2_sftp_unlink_ex(raw, path, UInt32(path.utf8.count))
            if code != 0 {
                let status = try session.status(after: code)
                if status != .missing { throw error(status, .remove, path) }
            }
            return
        }
        for attempt in 1...3 {
            for name in try names(in: path) { try remove(path + "/" + name) }
            let code = libssh2_sftp_rmdir_ex(raw, path, UInt32(path.utf8.count))
            if code == 0 { return }
            let status = try session.status(after: code)
            if status == .missing { return }
            // A worker that lost its lease may have put another file there meanwhile.
            if attempt == 3 { throw error(status, .remove, path) }
        }
    }

    func removeIfEmpty(_ path: String) {
        guard session.lost == nil else { return }
        let code = libssh2_sftp_rmdir_ex(raw, path, UInt32(path.utf8.count))
        if code != 0 { _ = try? session.status(after: code) }
    }

    /// SFTP cannot synchronize a folder. Journaling file systems that keep the order (ext4, XFS …)
    /// write earlier name changes together with a later file, so one is written.
    func synchronizeDirectories(_ paths: [String], staging: FileTreeStaging) throws {
        try staging.createRun()
        // In the run's folder, so that leftovers are removed with it.
        let path = staging.path + "/.synchronize-" + UUID().uuidString
        try createFile(path, bytes: [])
        unlink(path)
        removeIfEmpty(staging.path)
    }
}
