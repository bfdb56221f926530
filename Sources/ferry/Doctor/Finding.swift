import Values
import Watching

/// What one check of `ferry doctor` found.
struct Finding: Equatable {
    enum Level: String {
        case ok
        /// It works, but needs attention.
        case warning
        /// It does not work, or soon will not.
        case problem

        fileprivate var paint: Paint {
            switch self {
            case .ok: .green
            case .warning: .yellow
            case .problem: .red
            }
        }
    }

    let level: Level
    /// The subject of the check: `locks`.
    let check: String
    let message: String
    let wayOut: String?

    private init(_ level: Level, _ check: String, _ message: String, _ wayOut: String?) {
        self.level = level
        self.check = check
        self.message = message
        self.wayOut = wayOut
    }

    static func ok(_ check: String, _ message: String) -> Finding {
        Finding(.ok, check, message, nil)
    }

    static func warning(_ check: String, _ message: String, wayOut: String?) -> Finding {
        Finding(.warning, check, message, wayOut)
    }

    static func problem(_ check: String, _ message: String, wayOut: String?) -> Finding {
        Finding(.problem, check, message, wayOut)
    }

    func text(_ format: OutputFormat) -> String {
        switch format {
        case .ndjson:
            return "{\"check\":\(check.quotedAsJSON),\"ok\":\(level != .problem),"
                + "\"level\":\"\(level.rawValue)\",\"message\":\(message.quotedAsJSON),"
                + "\"hint\":\(wayOut.map(\.quotedAsJSON) ?? "null")}"
        case .table:
            let space = String(repeating: " ", count: 9 - level.rawValue.count)
            var text = Terminal.painted(level.rawValue, level.paint) + space
            text += "\(Display.left(check, 13)) \(shown(message))"
            if let wayOut {
                text += "\n" + String(repeating: " ", count: 23) + shown(wayOut)
            }
            return text
        }
    }
}
