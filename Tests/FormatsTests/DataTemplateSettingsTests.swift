import Foundation
import Testing

@testable import Formats

@Suite("Settings of a data template")
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
            "a data template has no setting \"colour\"; its settings are: format, header, "
                + "delimiter, quote, null_text, compression, line_ending"
        ),
        (#"{"header": "yes"}"#, "setting \"header\" must be a boolean, was a string"),
        (#"{"header": 1}"#, "setting \"header\" must be a boolean, was a number"),
        (#"{"format": null}"#, "setting \"format\" must be a string, was null"),
        (#"{"null_text": ["x"]}"#, "setting \"null_text\" must be a string, was an array"),
        (
            #"{"compression": "zip"}"#,
            #"setting "compression" must be one of "none", "gzip", "snappy", "zstd"; was "zip""#
        ),
        (#"{"delimiter": ";"}"#, #"setting "delimiter" must be ","; was ";""#),
        (#"{"line_ending": "\u202e"}"#, #"setting "line_ending" must be "LF"; was "\u{202E}""#),
        (
            #"{"null_text": "a,b"}"#,
            "setting \"null_text\" must have at most 64 bytes and no quote, comma or control "
                + "character; was \"a,b\""
        ),
    ])
    func `are refused with the setting, the rule and the choices`(json: String, told: String) {
        let error = #expect(throws: SettingsError.self) { try DataTemplateSettings(json: json) }

        #expect(error?.description == told)
    }

    @Test(arguments: ["\"", "a\nb", "a\rb", String(repeating: "x", count: 65)])
    func `refuse a null text that would break the file`(text: String) {
        var settings = DataTemplateSettings()

        #expect(throws: SettingsError.self) { try settings.setNullText(text) }
        #expect(settings.nullText.isEmpty)
    }
}

@Suite("CSV by COPY")
struct CSVCopyFormatTests {
    @Test func `spells every option out`() {
        let format = DataTemplateSettings().copyFormat

        #expect(
            format.copyOptions == """
                WITH (FORMAT csv, HEADER true, DELIMITER ',', NULL '', QUOTE '"', ESCAPE '"', \
                ENCODING 'UTF8')
                """)
        #expect(format.headerMessages == 1)
    }

    @Test func `quotes literals, whatever the session's string syntax`() throws {
        var settings = DataTemplateSettings()
        settings.header = false
        settings.quote = .nonNull
        try settings.setNullText("it's \\N")

        let format = settings.copyFormat

        #expect(
            format.copyOptions == """
                WITH (FORMAT csv, HEADER false, DELIMITER ',', NULL E'it''s \\\\N', QUOTE '"', \
                ESCAPE '"', ENCODING 'UTF8', FORCE_QUOTE *)
                """)
        #expect(format.headerMessages == 0)
    }
}

@Suite("The records of a CSV file")
struct CSVRecordCounterTests {
    @Test(arguments: [
        ("", 0), ("a\n", 1), ("a", 1), ("\n\n", 2), ("a,b\nc,d\n", 2),
        ("\"two\nlines\",b\n", 1), ("\"say \"\"hi\n\"\"\"\nx\n", 2), ("a\r\nb\r\n", 2),
        ("\"open\n", 1), ("\"\"\n\"\"\n", 2),
    ])
    func `are counted in chunks of any size`(text: String, records: Int64) {
        for size in 1...4 {
            var counter = DataTemplateSettings().copyFormat.makeRecordCounter()
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { counter.count($0) }
            }
            #expect(counter.records == records)
        }
    }
}
