/// Suggestions for mistyped names.
public enum Suggestion {
    /// The candidate nearest to the text, if one is near enough.
    ///
    /// Near enough: at most a third of its characters, and not more than three, were left out,
    /// added, replaced or exchanged with the next. Case and the characters `-`, `_` and space are
    /// ignored. Of several equally near ones, the first in order.
    public static func closest(
        to text: String, among candidates: some Sequence<String>
    ) -> String? {
        let wanted = folded(text)
        var best: (distance: Int, candidate: String)?
        for candidate in candidates.sorted() {
            let folded = folded(candidate)
            let limit = min(3, max(wanted.count, folded.count) / 3)
            // Texts of very different lengths cannot be near, and need not be compared.
            if abs(wanted.count - folded.count) > limit { continue }
            let distance = distance(wanted, folded)
            if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        return best?.candidate
    }

    /// `; did you mean "Daily customers"?`, or nothing.
    public static func words(for text: String, among candidates: some Sequence<String>) -> String {
        closest(to: text, among: candidates).map { "; did you mean \(quoted($0))?" } ?? ""
    }

    private static func folded(_ text: String) -> [Character] {
        text.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 }
    }

    /// Damerau's distance, in the form in which no place is edited twice.
    private static func distance(_ first: [Character], _ second: [Character]) -> Int {
        if first.isEmpty || second.isEmpty { return max(first.count, second.count) }
        var before: [Int] = []
        var last = Array(0...second.count)
        for i in 1...first.count {
            var row = [i]
            for j in 1...second.count {
                let isSame = first[i - 1] == second[j - 1]
                var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (isSame ? 0 : 1))
                if i > 1, j > 1, first[i - 1] == second[j - 2], first[i - 2] == second[j - 1] {
                    cost = min(cost, before[j - 2] + 1)
                }
                row.append(cost)
            }
            (before, last) = (last, row)
        }
        return last[second.count]
    }
}
