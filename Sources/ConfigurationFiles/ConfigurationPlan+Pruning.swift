// What a file must contain to prune objects: an empty or truncated file does not show what is
// wanted.
extension ConfigurationPlan {
    static func emptied(
        _ file: ConfigurationFile, _ current: Configuration
    ) -> [ConfigurationProblem] {
        if current.objects.isEmpty { return [] }
        if file.configuration.objects.isEmpty {
            return [
                ConfigurationProblem(
                    Place(line: 1, column: 1),
                    "the file contains no objects, so --prune would delete everything",
                    hint: "check that it is the right file and complete")
            ]
        }
        return ConfiguredKind.allCases.compactMap { kind in
            let count = current.all(kind).count
            // Templates are listed with their destination.
            guard kind != .dataTemplate, count > 0, file.configuration.all(kind).isEmpty,
                !file.emptied.contains(kind)
            else { return nil }
            return ConfigurationProblem(
                Place(line: 1, column: 1),
                "the file has no \(kind.group), so --prune would delete \(count)",
                hint: "check that the file is complete; write \"\(kind.group): {}\" to have none")
        }
    }
}
