import Testing

@Suite("The statements of the program")
struct StatementTests {
    /// A call with too few or too many arguments is found only when it is reached.
    @Test func `give functions of the schema as many arguments as they take`() throws {
        let known = try Dictionary(
            uniqueKeysWithValues: Project.files(in: ["sql/functions"], ["sql"]).flatMap { file in
                Call.all(
                    in: file.withoutSQLComments, /or replace function ferry_state\.(\w+)\(/
                ).map { ($0.name, Self.arity($0.arguments)) }
            })
        try #require(known.count > 50)

        var found = 0
        for file in try Project.files(in: ["Sources"], ["swift"]) {
            for call in Call.all(in: file.text, /ferry_state\.(\w+)\(/) {
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
    var withoutSQLComments: String {
        lines.map { $0.replacing(/--.*$/, with: "") }.joined(separator: "\n")
    }
}
