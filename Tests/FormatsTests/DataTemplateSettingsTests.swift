import Foundation
import Testing

@testable import Formats

@Suite("Settings of a data template", .timeLimit(.minutes(15)))
struct DataTemplateSettingsTests {
    @Test func `have defaults`() throws {
        let settings = try DataTemplateSettings(json: "{}")

        #expect(settings == DataTemplateSettings())
        #expect(settings.fileExtension == ".csv")
        #expect(settings.header && settings.nullText.isEmpty)
    }

    @Test func `are read from snake_case JSON`() throws {
        let settings = try DataTemplateSettings(
            json: """
                {"format": "csv", "header": false, "delimiter": ",", "quote": "non_null",
                 "null_text": "\\\\N", "compression": "gzip", "line_ending": "LF"}
                """)

        #expect(!settings.header)
        #expect(settings.quote == .nonNull)
        #expect(settings.nullText == "\\N")
        #expect(settings.fileExtension == ".csv.gz")
    }

    @Test func `survive encoding and decoding`() throws {
        let settings = try DataTemplateSettings(json: #"{"null_text":"-","compression":"gzip"}"#)

        let json = try JSONEncoder().encode(settings)

        #expect(try JSONDecoder().decode(DataTemplateSettings.self, from: json) == settings)
        #expect(try DataTemplateSettings(json: json) == settings)
    }

    @Test(arguments: [
        ("[]", "the settings of a data template must be a JSON object, such as {}"),
        ("{", "the settings of a data template must be a JSON object, such as {}"),
        (
            #"{"colour": 1}"#,
            "a data template has no setting \"colour\"; settings: format, header, "
                + "delimiter, quote, escape, null_text, line_ending, row_number, formula_guard, "
                + "compression, zip64, split, limits, pgp_public_key, pgp_credential, pgp_key, "
                + "file_name, success_file, mode"
        ),
        (
            #"{"compression": "tgz", "zip64": true}"#,
            "setting \"zip64\" is only for \"compression\" \"zip\": omit it; was \"true\""
        ),
        (
            #"{"limits": {"tasks": 0}}"#,
            "setting \"tasks\" must be a whole number from 1 to 1000; was \"0\""
        ),
        (
            #"{"limits": {"bytes_per_second": "1 MB"}}"#,
            "setting \"bytes_per_second\" must be a number, was a string"
        ),
        (
            #"{"limits": {"bytes": 1}}"#,
            "a set of limits has no setting \"bytes\"; settings: tasks, bytes_per_second"
        ),
        (#"{"header": "yes"}"#, "setting \"header\" must be a boolean, was a string"),
        (#"{"header": 1}"#, "setting \"header\" must be a boolean, was a number"),
        (#"{"format": null}"#, "setting \"format\" must be a string, was null"),
        (#"{"null_text": ["x"]}"#, "setting \"null_text\" must be a string, was an array"),
        (
            #"{"compression": "rar"}"#,
            #"setting "compression" must be one of "none", "gzip", "snappy", "zstd", "zip", "#
                + #""tar", "tgz"; was "rar""#
        ),
        (
            #"{"compression": "snappy"}"#,
            #"setting "compression" is only for the format "parquet": choose "zstd" or "gzip"; "#
                + #"was "snappy""#
        ),
        (
            #"{"delimiter": ";"}"#,
            #"setting "delimiter" must be "," for the format "csv" (choose the format "#
                + #""delimited" for others); was ";""#
        ),
        (
            #"{"format": "delimited"}"#,
            "setting \"delimiter\" is missing: it must be exactly one character, not a quote, line "
                + "end or NUL, for the format \"delimited\""
        ),
        (
            #"{"line_ending": "\u202e"}"#,
            #"setting "line_ending" must be one of "LF", "CRLF"; was "\u{202e}""#
        ),
        (
            #"{"format": "ndjson", "header": true}"#,
            #"setting "header" is only for the formats csv, tsv, psv and delimited: omit it for "#
                + #"the format "ndjson""#
        ),
        (
            #"{"row_number": 1}"#,
            "setting \"row_number\" must be a boolean or a string, was a number"
        ),
        (
            #"{"row_number": "a b"}"#,
            "setting \"row_number\" must be true, false or a name of 1 to 63 letters (A-Z, a-z), "
                + "digits, _ and -; was \"a b\""
        ),
        (
            #"{"escape": "backslash", "null_text": "\\"}"#,
            #"setting "null_text" must not contain a backslash, except "\N", if backslash is the "#
                + #"escape; was "\""#
        ),
        (
            #"{"escape": "backslash", "format": "delimited", "delimiter": "\\"}"#,
            #"setting "delimiter" must differ from the escape character; was "\""#
        ),
        (
            #"{"null_text": "a,b"}"#,
            "setting \"null_text\" must have at most 64 bytes and no quote, delimiter (,) or "
                + "control character; was \"a,b\""
        ),
    ])
    func `are refused with the setting, the rule and the choices`(json: String, reported: String) {
        let error = #expect(throws: SettingsError.self) { try DataTemplateSettings(json: json) }

        #expect(error?.description == reported)
    }

    @Test(arguments: ["", "ab", "\"", "\n", "\r\n", "\0", "e\u{301}"])
    func `refuse a delimiter that is not one harmless character`(text: String) {
        #expect(Delimiter(text) == nil)
    }

    @Test(arguments: [
        ("csv", ",", ".csv"), ("tsv", "\t", ".tsv"), ("psv", "|", ".psv"),
        ("delimited", "\u{1}", ".txt"), ("delimited", "→", ".txt"),
    ])
    func `name files after their format`(format: String, delimiter: String, name: String) throws {
        let json = try JSONEncoder().encode(["format": format, "delimiter": delimiter])

        let settings = try DataTemplateSettings(json: json)

        #expect(settings.delimiter.text == delimiter)
        #expect(settings.fileExtension == name)
        let again = try JSONEncoder().encode(settings)
        #expect(try DataTemplateSettings(json: again) == settings)
    }

    @Test(arguments: [("ndjson", ".ndjson.zst"), ("json", ".json.zst")])
    func `are few for JSON`(format: String, name: String) throws {
        let settings = try DataTemplateSettings(
            json: #"{"format": "\#(format)", "compression": "zstd"}"#)

        let json = try JSONEncoder().encode(settings)

        #expect(settings.fileExtension == name)
        #expect(try JSONDecoder().decode([String: String].self, from: json).count == 2)
        #expect(try DataTemplateSettings(json: json) == settings)
    }

    @Test(arguments: ["\"", "a\nb", "a\rb", String(repeating: "x", count: 65)])
    func `refuse a null text that would break the file`(text: String) {
        var settings = DataTemplateSettings()

        #expect(throws: SettingsError.self) { try settings.setNullText(text) }
        #expect(settings.nullText.isEmpty)
    }
}
