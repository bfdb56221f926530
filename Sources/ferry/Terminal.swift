import Foundation
import Watching

/// The terminal that standard output goes to.
enum Terminal {
    /// Without a name for it, nobody knows whether it understands escapes.
    static var isInteractive: Bool {
        isatty(STDOUT_FILENO) == 1 && !["", "dumb"].contains(environment("TERM") ?? "")
    }

    /// Whether colours are wanted; see https://no-color.org.
    static var hasColour: Bool {
        isInteractive && (environment("NO_COLOR") ?? "").isEmpty
    }

    /// The text in a colour, where colours are wanted.
    static func painted(_ text: String, _ paint: Paint) -> String {
        hasColour ? paint(text) : text
    }

    /// Columns and lines as they are now; 80 × 24 when they are not known.
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
