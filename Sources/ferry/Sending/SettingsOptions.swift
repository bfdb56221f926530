import ArgumentParser
import Foundation
import Values

/// The settings of a destination, a data template or a table.
struct SettingsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A setting; repeatable. The value is JSON if it parses as JSON, otherwise text; "
                + "limits.tasks=4 is the setting tasks within limits.",
            valueName: "key=value"))
    var setting: [String] = []

    @Option(help: ArgumentHelp("All settings, as one JSON object.", valueName: "json"))
    var settings: String?

    @Option(
        help: ArgumentHelp("A file with all settings as one JSON object.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var settingsFile: String?

    /// The settings as an object; nil when none were given.
    var optional: JSONValue? {
        get throws {
            let ways = [!setting.isEmpty, settings != nil, settingsFile != nil].filter { $0 }
            if ways.count > 1 {
                throw Failure(.usage, "give one of --setting, --settings and --settings-file")
            }
            if let settings { return try Self.object(settings, "--settings") }
            if let settingsFile {
                guard let data = FileManager.default.contents(atPath: settingsFile) else {
                    throw Failure(.usage, "cannot read --settings-file \(settingsFile)")
                }
                return try Self.object(String(decoding: data, as: UTF8.self), settingsFile)
            }
            return setting.isEmpty ? nil : .object(try Self.members(setting))
        }
    }

    /// The settings as an object.
    var required: JSONValue {
        get throws {
            if let given = try optional { return given }
            throw Failure(
                .usage, "give the settings: --setting key=value, --settings or --settings-file")
        }
    }

    private static func object(_ text: String, _ place: String) throws -> JSONValue {
        guard let value = JSONValue(json: text), case .object = value else {
            throw Failure(.usage, "\(place) is not a JSON object")
        }
        return value
    }

    private static func members(_ pairs: [String]) throws -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for pair in pairs {
            guard let (key, text) = pair.keyAndValue else {
                throw Failure(.usage, "--setting \"\(pair)\" is not key=value")
            }
            let path = key.parts(between: ".")
            guard !path.contains("") else {
                throw Failure(.usage, "--setting \"\(pair)\" has an empty key")
            }
            try set(JSONValue(json: text) ?? .string(text), at: path[...], in: &members, pair)
        }
        return members
    }

    private static func set(
        _ value: JSONValue, at path: ArraySlice<String>,
        in members: inout [String: JSONValue], _ pair: String
    ) throws {
        guard let first = path.first else { return }
        switch (members[first], path.count) {
        case (nil, 1): members[first] = value
        case (nil, _), (.object, 2...):
            var inner: [String: JSONValue] = [:]
            if case .object(let there) = members[first] { inner = there }
            try set(value, at: path.dropFirst(), in: &inner, pair)
            members[first] = .object(inner)
        default: throw Failure(.usage, "--setting \"\(pair)\": \(first) is given twice")
        }
    }
}
