import Values

extension ConfigurationChange {
    /// The change as lines: `+`, `~` or `-` with the object, and its differences below.
    public var lines: [String] {
        let mark =
            switch self {
            case .create: "+"
            case .update: "~"
            case .delete, .discard: "-"
            }
        if case .discard = self { return ["\(mark) \(words), left by an unfinished apply"] }
        return ["\(mark) \(object.words)"]
            + differences.map { "    " + (verb == "create" ? $0.given : $0.text) }
    }
}

extension Difference {
    /// `credential: "crm"`
    var given: String { "\(shown(key)): \(shown(new?.text ?? ""))" }

    /// `settings.path: "/a" → "/b"`, or with `+` or `-` for added or removed values.
    var text: String {
        switch (old, new) {
        case (let old?, let new?): "\(shown(key)): \(shown(old.text)) → \(shown(new.text))"
        case (let old?, nil): "- \(shown(key)): \(shown(old.text))"
        default: "+ \(given)"
        }
    }
}

extension ConfigurationPlan {
    /// `2 to create, 1 to change, none to delete`
    public var summary: String {
        "\(count("create")) to create, \(count("update")) to change, "
            + "\(count("delete")) to delete" + drafts("to discard")
    }

    /// `2 created, 1 changed, none deleted`
    public var made: String {
        "\(count("create")) created, \(count("update")) changed, "
            + "\(count("delete")) deleted" + drafts("discarded")
    }

    /// Rare, so shown only if there are any.
    private func drafts(_ words: String) -> String {
        let number = changes.count { $0.verb == "discard" }
        return number == 0 ? "" : ", \(number) \(number == 1 ? "draft" : "drafts") \(words)"
    }

    private func count(_ verb: String) -> String {
        let number = changes.count { $0.verb == verb }
        return number == 0 ? "none" : String(number)
    }
}
