#if canImport(Glibc)
    public import Glibc
#elseif canImport(Musl)
    public import Musl
#elseif canImport(Darwin)
    public import Darwin
#endif

/// Why a program could not be started.
public struct SpawnError: Error, CustomStringConvertible {
    public let program: String
    /// The number of the error: `ENOENT`.
    public let code: Int32

    public var reason: String { String(cString: strerror(code)) }
    public var description: String { "cannot start \(program): \(reason)" }
}

/// Starts a program in its own process group, so that the terminal's Ctrl-C does not reach it.
///
/// - Parameters:
///   - arguments: The program name first; it is searched in `PATH`.
///   - environment: Its complete environment, as `NAME=value`.
///   - descriptors: Its first descriptors. It inherits no others that are closed on exec.
public func spawn(
    _ arguments: [String], environment: [String], descriptors: [Int32]
) throws(SpawnError) -> pid_t {
    #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
    #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
    }
    for (number, descriptor) in descriptors.enumerated() {
        posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    // Signals that this process ignores or blocks must work in the child.
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    var flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    #if canImport(Darwin)
        flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
    #endif
    posix_spawnattr_setflags(&attributes, Int16(flags))
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = environment.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var id: pid_t = 0
    let code = posix_spawnp(&id, arguments[0], &actions, &attributes, argv, envp)
    guard code == 0 else { throw SpawnError(program: arguments[0], code: code) }
    return id
}
