import Values
public import Foundation

/// Reads settings from a JSON object and refuses whatever it does not know.
///
/// Shared by everything that people configure through JSON, so that the same mistake gets the
/// same answer everywhere.
public struct SettingsReader: Sendable {
    private let values: [String: JSONValue]

    /// - Parameters:
    ///   - json: The UTF-8 text of a JSON object.
    ///   - subject: What the settings are of, for messages: `data template`.
    ///   - known: Every setting there is.
    /// - Throws: ``SettingsError`` when it is not an object, or holds an unknown setting.
    public init(json: Data, subject: String, known: [String]) throws(SettingsError) {
        guard let value = JSONValue(json: String(decoding: json, as: UTF8.self)) else {
            throw .notAnObject(subject: subject)
        }
        try self.init(value, subject: subject, known: known)
    }

    init(_ value: JSONValue, subject: String, known: [String]) throws(SettingsError) {
        guard case .object(let values) = value else { throw .notAnObject(subject: subject) }
        for name in values.keys.sorted() where !known.contains(name) {
            throw .unknownSetting(name, subject: subject, known: known)
        }
        self.values = values
    }

    /// The text of a setting; nil when it is left out.
    public func string(_ setting: String) throws(SettingsError) -> String? {
        switch values[setting] {
        case nil: return nil
        case .string(let text)?: return text
        case let other?:
            throw .wrongType(setting: setting, expected: "a string", actual: other.kind)
        }
    }

    /// The truth value of a setting; nil when it is left out.
    public func bool(_ setting: String) throws(SettingsError) -> Bool? {
        switch values[setting] {
        case nil: return nil
        case .bool(let value)?: return value
        case let other?:
            throw .wrongType(setting: setting, expected: "a boolean", actual: other.kind)
        }
    }

    /// Any value of a setting; nil when it is left out.
    func value(_ setting: String) -> JSONValue? { values[setting] }

    /// A whole number of a setting; nil when it is left out.
    func count(
        _ setting: String, in allowed: ClosedRange<Int64>
    ) throws(SettingsError) -> Int64? {
        switch values[setting] {
        case nil: return nil
        case .int(let count)? where allowed.contains(count): return count
        case .int?, .double?:
            throw .notAllowed(
                setting: setting, value: values[setting]?.text ?? "",
                rule: "must be a whole number from \(allowed.lowerBound) to \(allowed.upperBound)")
        case let other?:
            throw .wrongType(setting: setting, expected: "a number", actual: other.kind)
        }
    }

    /// Whether the setting is there, whatever its value.
    func has(_ setting: String) -> Bool { values[setting] != nil }

    /// A name that may also be given as true, for its default, or false, for none.
    func name(_ setting: String, orIfTrue standard: String) throws(SettingsError) -> String? {
        switch values[setting] {
        case nil, .bool(false)?: return nil
        case .bool(true)?: return standard
        case .string(let name)?: return name
        case let other?:
            throw .wrongType(
                setting: setting, expected: "a boolean or a string", actual: other.kind)
        }
    }

    /// A setting that must be one of the cases of an enumeration; nil when it is left out.
    public func choice<Choice: RawRepresentable & CaseIterable>(
        _ setting: String, of type: Choice.Type
    ) throws(SettingsError) -> Choice? where Choice.RawValue == String {
        guard let text = try string(setting) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let choices = Choice.allCases.map { "\"\($0.rawValue)\"" }
        let rule =
            choices.count == 1
            ? "must be \(choices.joined())"
            : "must be one of \(choices.joined(separator: ", "))"
        throw .notAllowed(setting: setting, value: text, rule: rule)
    }
}
