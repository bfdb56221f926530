/// The lengths of the functions of a file, by the indentation of `swift format`.
struct FunctionLengths {
    /// The number of the line that a function begins on, and how many lines it has.
    private(set) var functions: [(line: Int, lines: Int)] = []

    init(of file: Project.File) {
        var begun: [(line: Int, indentation: Int)] = []
        for (index, line) in file.lines.enumerated() {
            let indentation = line.prefix { $0 == " " }.count
            let text = line.dropFirst(indentation)
            if text.hasPrefix("}"), let last = begun.last, last.indentation == indentation {
                begun.removeLast()
                functions.append((last.line, index + 2 - last.line))
            }
            let isFunction = text.firstMatch(of: /^([a-z@()]+ )*(func|init)\b/) != nil
            if isFunction && !text.hasSuffix("}") {
                // A requirement of a protocol has no body and so no end.
                begun.removeAll { $0.indentation >= indentation }
                begun.append((index + 1, indentation))
            }
        }
    }
}
