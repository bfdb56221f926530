import Testing

@Suite("The suites of tests")
struct TimeLimitTests {
    /// Its attribute, and the type; a title may have any words.
    private static var suite: Regex<(Substring, Substring)> {
        /(?s)@Suite(?:\("(?:[^"\\]|\\.)*")?.*?\b(?:struct|class|actor|enum) (\w+)/
    }

    /// What starts processes or waits for servers may wait for ever, and then holds up all others.
    @Test func `have a time limit where they start processes or wait for servers`() throws {
        let files = try Project.files(in: ["Tests"], ["swift"])
        let waiting = Set(
            files.filter { $0.text.contains(/\bimport (TestSupport|PrivateServer)\b/) }
                .map(\.module))
        let suites = files.filter { waiting.contains($0.module) }.flatMap { file in
            // What a suite is made of stands between its attribute and its body.
            file.text.matches(of: Self.suite).map { suite in
                let container = file.text[..<suite.range.lowerBound]
                    .matches(of: /(?m)^extension (\w+) \{/).last?.output.1
                return (file, attributes: suite.output.0, name: suite.output.1, container)
            }
        }
        try #require(waiting.count > 10 && suites.count > 200)

        let limited = Set(
            suites.filter { $0.attributes.contains(/\.timeLimit\(|\.fuzzing\b/) }.map(\.name))
        for (file, _, name, container) in suites
        where !limited.contains(name) && !(container.map(limited.contains) ?? false) {
            Issue.record("\(file): \(name) has no .timeLimit")
        }
    }
}
