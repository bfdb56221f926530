public import Foundation
import Values

/// Reads settings from a JSON object and rejects unknown ones.
///
/// Shared by all JSON settings, so that the same mistake gives the same error everywhere.
public struct SettingsReader: Sendable {
    private let values: [String: JSONValue]

    /// - Parameters:
    ///   - json: The UTF-8 text of a JSON object.
    ///   - subject: The object of the settings, for messages: `data template`.
    ///   - known: All known settings.
    /// - Throws: ``SettingsError`` if it is not an object, or has an unknown setting.
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

    /// The text of a setting; nil if it is omitted.
    public func string(_ setting: String) throws(SettingsError) -> String? {
        switch values[setting] {
        case nil: return nil
        case .string(let text)?: return text
        case let other?:
            throw .wrongType(setting: setting, expected: "a string", actual: other.kind)
        }
    }

    /// The boolean of a setting; nil if it is omitted.
    public func bool(_ setting: String) throws(SettingsError) -> Bool? {
        switch values[setting] {
        case nil: return nil
        case .bool(let value)?: return value
        case let other?:
            throw .wrongType(setting: setting, expected: "a boolean", actual: other.kind)
        }
    }

    /// Any value of a setting; nil if it is omitted.
    func value(_ setting: String) -> JSONValue? { values[setting] }

    /// A whole number of a setting; nil if it is omitted.
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

    /// Whether the setting is present, whatever its value.
    func has(_ setting: String) -> Bool { values[setting] != nil }

    /// A name, or true for its default, or false for none.
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

    /// A setting that must be one of the cases of an enumeration; nil if it is omitted.
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
