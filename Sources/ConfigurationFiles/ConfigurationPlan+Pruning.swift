// What a file must hold for others to be deleted by it: one that is empty or was cut off says
// nothing about what is wanted.
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
            // Templates are not listed by themselves.
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
