import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension PrivateServer {
    static func settings(durable: Bool) -> [String: String] {
        var settings = [
            "logging_collector": "off", "log_destination": "stderr", "shared_buffers": "64MB",
            "listen_addresses": "", "unix_socket_permissions": "0700",
        ]
        if !durable {
            settings["fsync"] = "off"
            settings["full_page_writes"] = "off"
            settings["synchronous_commit"] = "off"
        }
        return settings
    }

    /// A value in a connection string for libpq.
    static func quoted(_ value: String) -> String {
        let escaped = value.replacingOccurrences(of: "\\", with: "\\\\")
            .replacingOccurrences(of: "'", with: "\\'")
        return "'\(escaped)'"
    }

    /// A new directory with a short path, since a unix socket's path holds about 100 bytes.
    static func temporaryDirectory(_ user: ServerUser) throws -> String {
        var template = Array("/tmp/ferry-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw PrivateServerError.directory(
                "cannot create a directory in /tmp: \(String(cString: strerror(errno)))")
        }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        try user.own(path)
        return path
    }

    /// A free TCP port of 127.0.0.1.
    static func freePort() throws -> Int {
        #if os(Linux)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let found = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard descriptor >= 0, found else {
            throw PrivateServerError.failed(
                program: "bind", output: String(cString: strerror(errno)))
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    func signal(_ process: pid_t, _ number: Int32) -> Bool {
        #if canImport(Glibc)
            Glibc.kill(process, number) == 0
        #elseif canImport(Musl)
            Musl.kill(process, number) == 0
        #else
            Darwin.kill(process, number) == 0
        #endif
    }

    /// The processes whose parent this is.
    func children(of parent: pid_t) -> [pid_t] {
        #if os(Linux)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return names.compactMap(pid_t.init).filter { Self.status(of: $0)?.parent == parent }
        #else
            var children = [pid_t](repeating: 0, count: 1024)
            let size = Int32(children.count * MemoryLayout<pid_t>.size)
            let count = proc_listchildpids(parent, &children, size)
            return Array(children.prefix(Int(max(0, count))))
        #endif
    }

    /// Whether a process exists, belongs to PostgreSQL, and is not a zombie.
    static func isServerProcess(_ id: pid_t) -> Bool {
        #if os(Linux)
            guard let status = status(of: id) else { return false }
            return status.name.hasPrefix("postgres") && status.state != "Z"
        #else
            var name = [CChar](repeating: 0, count: 64)
            guard proc_name(id, &name, UInt32(name.count)) > 0 else { return false }
            return String(cString: name).hasPrefix("postgres")
        #endif
    }

    #if os(Linux)
        private static func status(
            of id: pid_t
        ) -> (name: Substring, state: Substring, parent: pid_t)? {
            // pid (name) state ppid …; the name may hold spaces and parentheses.
            guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
                let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
            else { return nil }
            let fields = text[close...].split(separator: " ")
            guard fields.count > 2, let parent = pid_t(fields[2]) else { return nil }
            return (text[text.index(after: open)..<close], fields[1], parent)
        }
    #endif
}
