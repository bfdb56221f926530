/// Redraws frames in place: returns the bytes that turn the previous frame into the next.
public struct Screen: Sendable {
    private var drawn: [Int] = []

    public init() {}

    public static let hideCursor = "\u{1b}[?25l"
    public static let showCursor = "\u{1b}[?25h"

    /// - Parameters:
    ///   - width: Columns of the terminal now; lines drawn when it was wider have wrapped.
    ///   - height: Lines of the terminal now; lines that do not fit are omitted, or each frame
    ///     would scroll the previous one out of sight. Nil: no limit.
    public mutating func redraw(_ lines: [String], width: Int, height: Int? = nil) -> String {
        let lines = Self.fitting(lines, width: width, height: height)
        let up = drawn.reduce(0) { $0 + max(1, ($1 + width - 1) / max(1, width)) }
        var text = "\r" + (up > 0 ? "\u{1b}[\(up)A" : "")
        // Each line is erased only after it was overwritten, so nothing flickers.
        for line in lines { text += line + "\u{1b}[K\n" }
        drawn = lines.map { Display.width(Self.plain($0)) }
        return text + "\u{1b}[J"
    }

    /// The cursor is below the last line, so one line less than the terminal has.
    private static func fitting(_ lines: [String], width: Int, height: Int?) -> [String] {
        guard let height else { return lines }
        return lines.prefix(max(0, height - 1)).map { line in
            let plain = plain(line)
            return Display.width(plain) <= width ? line : Display.cut(plain, to: width)
        }
    }

    /// The line without its colours.
    private static func plain(_ line: String) -> String {
        guard line.utf8.contains(0x1b) else { return line }
        var result = ""
        var isInside = false
        for scalar in line.unicodeScalars {
            if scalar == "\u{1b}" {
                isInside = true
            } else if isInside {
                isInside = scalar != "m"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
