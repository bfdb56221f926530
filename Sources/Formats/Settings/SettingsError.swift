/// Why settings given as JSON were refused. Each description names the setting, the rule and
/// what is allowed instead.
public enum SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text is not a JSON object. `subject` says what the settings are of.
    case notAnObject(subject: String)
    /// There is no such setting.
    case unknownSetting(String, subject: String, known: [String])
    /// A setting that has no default was left out.
    case missing(setting: String, rule: String)
    /// The value has another JSON type than the setting.
    case wrongType(setting: String, expected: String, actual: String)
    /// The value has the right type and is not allowed.
    case notAllowed(setting: String, value: String, rule: String)

    public var description: String {
        switch self {
        case .notAnObject(let subject):
            "the settings of a \(subject) must be a JSON object, such as {}"
        case .unknownSetting(let name, let subject, let known):
            "a \(subject) has no setting \"\(name.shown)\"; its settings are: "
                + known.joined(separator: ", ")
        case .missing(let setting, let rule):
            "setting \"\(setting)\" is missing: it \(rule)"
        case .wrongType(let setting, let expected, let actual):
            "setting \"\(setting)\" must be \(expected), was \(actual)"
        case .notAllowed(let setting, let value, let rule):
            "setting \"\(setting)\" \(rule); was \"\(value.shown)\""
        }
    }
}
