import Foundation
import Postgres
import Values
import Watching

/// Draws rows as an aligned table.
enum ListTable {
    /// Wider texts are truncated on terminals, not in files and pipes.
    private static var widthMax: Int { Terminal.isInteractive ? 48 : .max }

    static func text(_ columns: [ListColumn], _ rows: Rows, timeZone: TimeZone) throws -> String {
        var lines: [[String]] = [columns.map(\.title)]
        for row in rows {
            lines.append(
                try columns.enumerated().map { index, column in
                    let value = try row[index].optionalString() ?? ""
                    let text = shown(format(value, column.kind, timeZone))
                    return Display.cut(text, to: widthMax)
                })
        }
        return aligned(
            lines, right: columns.map(\.isRight), states: columns.map { $0.kind == .state }
        ).map { $0 + "\n" }.joined()
    }

    /// Escaped texts in aligned columns.
    ///
    /// - Parameters:
    ///   - right: Which columns are aligned to the right.
    ///   - states: Which columns hold states, which are painted.
    private static func aligned(
        _ lines: [[String]], right: [Bool], states: [Bool]
    ) -> [String] {
        let widths = right.indices.map { column in
            lines.map { Display.width($0[column]) }.max() ?? 0
        }
        return lines.map { line in
            var text = right.indices.map { column in
                let text = line[column]
                if right[column] { return Display.right(text, widths[column]) }
                let padded = Display.left(text, widths[column])
                guard states[column], let paint = Paint(state: text) else { return padded }
                return Terminal.painted(text, paint) + padded.dropFirst(text.count)
            }.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    /// Lines with the same number of texts, in left-aligned columns; wide texts are truncated.
    static func aligned(_ lines: [[String]]) -> [String] {
        aligned(
            lines.map { $0.map { Display.cut(shown($0), to: widthMax) } },
            right: [Bool](repeating: false, count: lines.first?.count ?? 0),
            states: [Bool](repeating: false, count: lines.first?.count ?? 0))
    }

    private static func format(
        _ value: String, _ kind: ListColumn.Kind, _ timeZone: TimeZone
    ) -> String {
        switch kind {
        case .text, .number, .state: value
        case .count: Int64(value).map(Quantity.count) ?? value
        case .bytes: Int64(value).map(Quantity.bytes) ?? value
        case .percent: Double(value).map { "\(Int($0)) %" } ?? value
        case .time:
            Double(value).map { time(Date(timeIntervalSince1970: $0), timeZone) } ?? value
        }
    }

    /// `2026-01-31 12:03:44`
    private static func time(_ date: Date, _ timeZone: TimeZone) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        let day = [parts.month, parts.day].map { part in
            let digits = String(part ?? 0)
            return digits.count < 2 ? "0" + digits : digits
        }
        return "\(parts.year ?? 0)-\(day[0])-\(day[1]) "
            + EventLine(timeZone: timeZone).clock(date)
    }
}
