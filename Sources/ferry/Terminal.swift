import Foundation
import Watching

/// The terminal that standard output goes to.
enum Terminal {
    /// Without a name, it is unknown whether the terminal supports escapes.
    static var isInteractive: Bool {
        isatty(STDOUT_FILENO) == 1 && !["", "dumb"].contains(environment("TERM") ?? "")
    }

    /// Whether colours are enabled; see https://no-color.org.
    static var hasColour: Bool {
        isInteractive && (environment("NO_COLOR") ?? "").isEmpty
    }

    /// The text in a colour, if colours are enabled.
    static func painted(_ text: String, _ paint: Paint) -> String {
        hasColour ? paint(text) : text
    }

    /// Current columns and lines; 80 × 24 if unknown.
    static var size: (columns: Int, lines: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
        else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name]
    }
}
