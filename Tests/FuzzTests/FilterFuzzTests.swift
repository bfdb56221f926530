import Foundation
import Lifecycle
import Postgres
import TestSupport
import Testing

@Suite("Any filter", .fuzzing)
struct FilterFuzzTests {
    @Test func `made of whole pieces is accepted when its parentheses are balanced`() async throws {
        try await Fuzz("filter-pieces").run(tries: 4_000) { random in
            Pieces(pieces: random.filterPieces())
        } check: { filter in
            let problem = FilterSyntax.problem(in: filter.text)
            var depth = 0
            var isBalanced = true
            for piece in filter.pieces {
                depth += piece == "(" ? 1 : piece == ")" ? -1 : 0
                if depth < 0 { isBalanced = false }
            }
            try require(
                (problem == nil) == (isBalanced && depth == 0), "\(problem ?? "is accepted")")
        }
    }

    @Test func `is refused, or means nothing outside of its parentheses`() async throws {
        try await Fuzz("filter").run(tries: 8_000) { random in
            random.mutatedFilter()
        } check: { filter in
            if FilterSyntax.problem(in: filter) != nil { return }
            var reader = SlowSQLReader(filter)
            try require(reader.isContained, "a reader of SQL finds its end elsewhere")
        }
    }

    /// In brackets a filter that ends its parentheses would not be SQL any more.
    @Test func `is to PostgreSQL the same in brackets as in parentheses`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run(
                "create table t (a integer, b text); create table kept (a integer)")
            func isSQL(_ statement: String) async throws -> Bool {
                do {
                    try await connection.run(statement)
                    return true
                } catch let error as PostgresError {
                    guard let state = error.sqlState else { throw error }
                    return !["42601", "22025", "22P06"].contains(state)
                }
            }
            var both = 0
            try await Fuzz("filter-server").run(tries: 1_500) { random in
                random.mutatedFilter()
            } check: { filter in
                if FilterSyntax.problem(in: filter) != nil { return }
                // Subqueries are SQL in parentheses and not in brackets.
                let isParenthesized = try await isSQL("select 1 from t where (\(filter))")
                let isBracketed = try await isSQL("select array[\(filter)] from t")
                try require(
                    !isParenthesized || isBracketed, "PostgreSQL reads it as the end of both")
                if isParenthesized { both += 1 }
                try require(
                    try await !isSQL("select 1 from t where (\(filter)"),
                    "it closes a parenthesis more")
            }
            #expect(both > 0)
            await connection.close()
        }
    }
}

/// Pieces of SQL, each of which is whole.
private struct Pieces: FuzzInput {
    var pieces: [String]
    var text: String { pieces.joined(separator: " ") }
    var recorded: [UInt8] { Array(text.utf8) }
}

extension SeededRandom {
    /// Pieces of SQL, each of which is whole.
    mutating func filterPieces() -> [String] {
        var open = 0
        return list(1...12) { random in
            switch random.number(0...11) {
            case 0, 1:
                open += 1
                return "("
            case 2, 3, 4:
                // Mostly as many as were opened.
                if open == 0, !random.once(in: 10) { return "a" }
                open -= 1
                return ")"
            case 5: return "\"" + random.safeText("\"", written: "\"\"") + "\""
            case 6: return "'" + random.safeText("'", written: "''") + "' ||"
            case 7:
                let text = random.safeText("'", written: "\\'", isEscaped: true)
                return random.pick(["E'", "e'"]) + text + "' ||"
            case 8:
                let tag = random.pick(["", "x", "é_1"])
                let text = random.safeText("$", written: "")
                return "$\(tag)$\(text)$\(tag)$ ||"
            default: return random.pick(["a", "b", "=", "1", "1.5e3", "or", "and", "not", "- -1"])
            }
        }
    }

    /// Text with many quotes, each written as it must be, and without zero bytes.
    private mutating func safeText(
        _ quote: Unicode.Scalar, written: String, isEscaped: Bool = false
    ) -> String {
        // By scalars: a mark behind a quote makes another character of both.
        let text = list(0...6) { $0.once(in: 3) ? String(quote) : $0.text(1...2) }.joined()
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case quote: result += written
            case "\\" where isEscaped: result += "\\\\"
            case "\u{0}": break
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    mutating func mutatedFilter() -> String {
        let tokens = [
            "'", "''", "\"", "\"\"", "$$", "$a$", "$1", "E'", "e'", "U&'", "U&\"", "B'", "x'", "N'",
            "\\", "\\'", "(", ")", ";", "--", "/*", "*/", "\n", " ", "\r", "\u{c}", "\u{b}", "1",
            "1e", "0x", "a", "é", "_", "or", "and", "||", "-", "/", "*", "=", "::text", "uescape",
            "[", "]", ",", "is null", "a = 1", "b = 'x'", "true", "in (1, 2)",
        ]
        if once(in: 3) { return list(1...10) { $0.pick(tokens) }.joined() }
        let samples = [
            "a = 1 and b = 'it''s; -- (no /* comment'", "b = E'it\\'s; (' or b = e'\\\\'",
            "b = $$;--'($$ or b = $tag$ $$ ' ; $tag$", "\"a\" is not null and (a + 1) * 2 > 3",
            "b = U&'d!0061t' uescape '!'", "a in (select a from kept) or b like '%)%'",
        ]
        return mutated(pick(samples), tokens: tokens)
    }
}
