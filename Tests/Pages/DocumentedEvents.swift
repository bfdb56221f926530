/// The kinds of event, and the keys of their details, as `docs/events.md` has them.
public struct DocumentedEvents: Sendable {
    public struct Key: Hashable, Sendable {
        public let name: String
        public let isOptional: Bool
    }

    /// The keys of each kind.
    public let kinds: [String: Set<Key>]
    /// Keys that events of every kind may have.
    public let common: Set<String>
    /// Kinds that are there twice, keys that are used and not explained, or explained and not used.
    public let mistakes: [String]

    public init(_ page: Page) throws {
        var kinds: [String: Set<Key>] = [:]
        var mistakes: [String] = []
        for section in page.sections {
            var used: Set<String> = []
            var explained: Set<String> = []
            for table in section.tables {
                if table.columns == ["event", "meaning", "details"] {
                    for row in table.rows {
                        let kind = Page.names(in: row[0]).first ?? ""
                        let keys = row[2].matches(of: /`([a-z_0-9]+)`(\??)/).map {
                            Key(name: String($0.output.1), isOptional: !$0.output.2.isEmpty)
                        }
                        if kinds.updateValue(Set(keys), forKey: kind) != nil {
                            mistakes.append("\(kind) is there twice")
                        }
                        used.formUnion(keys.map(\.name))
                    }
                } else if table.columns == ["key", "type", "meaning"] {
                    explained.formUnion(table.rows.compactMap { Page.names(in: $0[0]).first })
                }
            }
            if section.heading == "Events" { continue }
            mistakes += used.symmetricDifference(explained).sorted().map {
                "\(section.heading): `\($0)` is in one of the two tables only"
            }
        }
        self.kinds = kinds
        self.mistakes = mistakes
        common = Set(
            try page.section("Events").tables.filter { $0.columns == ["key", "type", "meaning"] }
                .flatMap(\.rows).compactMap { Page.names(in: $0[0]).first })
    }
}
