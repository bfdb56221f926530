import Testing

@Suite("The statements of the program")
struct StatementTests {
    /// A call with too few or too many arguments is found only when it is reached.
    @Test func `give functions of the schema as many arguments as they take`() throws {
        let known = try Dictionary(
            uniqueKeysWithValues: Project.files(in: ["sql/functions"], ["sql"]).flatMap { file in
                Self.calls(in: file.withoutSQLComments, after: "or replace function ").map {
                    ($0.name, Self.arity($0.arguments))
                }
            })
        try #require(known.count > 50)

        var found = 0
        for file in try Project.files(in: ["Sources"], ["swift"]) {
            for call in Self.calls(in: file.text) {
                found += 1
                guard let allowed = known[call.name] else {
                    // A relation with columns, as in "insert into ferry_state.x (…)".
                    continue
                }
                #expect(
                    allowed.contains(call.arguments.count),
                    "\(file) calls \(call.name) with \(call.arguments.count) arguments")
            }
        }
        #expect(found > 50)
    }

    private struct Call {
        let name: String
        let arguments: [String]
    }

    /// What stands in parentheses right after names of the schema.
    private static func calls(in text: String, after lead: String = "") -> [Call] {
        text.matches(of: /ferry_state\.(\w+)\(/).compactMap { match in
            guard text[..<match.range.lowerBound].hasSuffix(lead) else { return nil }
            var depth = 0
            var isQuoted = false
            var arguments = [""]
            for character in text[match.range.upperBound...] {
                if character == "'" { isQuoted.toggle() }
                if !isQuoted {
                    if character == ")" && depth == 0 { break }
                    if character == "," && depth == 0 {
                        arguments.append("")
                        continue
                    }
                    if "([".contains(character) { depth += 1 }
                    if ")]".contains(character) { depth -= 1 }
                }
                arguments[arguments.count - 1].append(character)
            }
            if arguments.count == 1, arguments[0].allSatisfy(\.isWhitespace) { arguments = [] }
            return Call(name: String(match.output.1), arguments: arguments)
        }
    }

    /// With how many arguments a function with these parameters can be called.
    private static func arity(_ parameters: [String]) -> ClosedRange<Int> {
        let given = parameters.filter {
            $0.firstMatch(of: /^\s*out\s/) == nil
        }
        let required = given.count { !$0.contains(" default ") }
        return required...given.count
    }
}

extension Project.File {
    fileprivate var withoutSQLComments: String {
        lines.map { $0.replacing(/--.*$/, with: "") }.joined(separator: "\n")
    }
}
