import Values

extension CommandDefinition {
    static let settingCommands: [any Command.Type] = [ChangeSetting.self]
}

/// The value is one of the setting's.
struct ChangeSetting: Command {
    static let definition = CommandDefinition(
        "change_setting", on: .setting,
        [
            "name": .choice(of: Setting.allCases.map(\.rawValue)),
            "value": .init(.string, charactersMax: 256),
        ],
        for: .changeSettings, "Change a setting of Ferry (administrators only).")

    let setting: Setting
    let value: String

    init(_ given: Arguments) throws(Rejection) {
        setting = try Setting(given)
        value = try setting.value(given)
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.requireProduction(author)
        let replaced = world.value(of: setting)
        if replaced == value { return [] }
        world.settings[setting.rawValue] = value
        world.changedSettings[setting.rawValue] = ChangedSetting(
            value: value, changedBy: author.actor)
        return [Event(setting, value, replacing: replaced, author)]
    }
}

extension Event {
    fileprivate init(
        _ setting: Setting, _ value: String, replacing old: String, _ author: Author
    ) {
        kind = .settingChanged
        objectKind = .setting
        objectID = author.id
        objectName = setting.rawValue
        run = nil
        environment = author.environment
        details = ["value": .string(value), "replaced_value": .string(old)]
    }
}
