import Foundation

/// A pseudoterminal, of 80 × 10 by default.
struct Pseudoterminal {
    /// What is written on the terminal can be read here.
    let master: Int32
    /// What a program takes for its terminal.
    let slave: Int32

    struct Unavailable: Error {}

    init(columns: UInt16 = 80, lines: UInt16 = 10) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard master >= 0, let path = Self.unlock(master) else { throw Unavailable() }
        slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        var size = winsize(ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        guard slave >= 0, ioctl(slave, UInt(TIOCSWINSZ), &size) == 0 else { throw Unavailable() }
    }

    private static func unlock(_ master: Int32) -> String? {
        #if os(Linux)
            // Glibc's module hides posix_openpt and its kin, which do this.
            var number: Int32 = 0
            let isUnlocked = ioctl(master, 0x4004_5431, &number) == 0
            guard isUnlocked, ioctl(master, 0x8004_5430, &number) == 0 else { return nil }
            return "/dev/pts/\(number)"
        #else
            guard grantpt(master) == 0, unlockpt(master) == 0 else { return nil }
            return ptsname(master).map { String(cString: $0) }
        #endif
    }
}
