import Testing

@testable import Formats

@Suite("CSV by COPY", .timeLimit(.minutes(15)))
struct CopiedCSVTests {
    private func reading(_ settings: String, _ name: String = "a") throws -> TableReading {
        try DataTemplateSettings(json: settings).reading(of: [column(name)])
    }

    @Test func `spells every option out`() throws {
        let reading = try reading("{}")

        #expect(
            reading.copyOptions == """
                WITH (FORMAT csv, HEADER true, DELIMITER ',', NULL '', QUOTE '"', ESCAPE '"', \
                ENCODING 'UTF8')
                """)
        #expect(reading.messagesBesideRows == 1)
        #expect(reading.makeEncoder == nil)
    }

    @Test func `quotes literals, whatever the session's string syntax`() throws {
        let reading = try reading(
            #"{"header": false, "quote": "non_null", "null_text": "it's \\N"}"#)

        #expect(
            reading.copyOptions == """
                WITH (FORMAT csv, HEADER false, DELIMITER ',', NULL E'it''s \\\\N', QUOTE '"', \
                ESCAPE '"', ENCODING 'UTF8', FORCE_QUOTE *)
                """)
        #expect(reading.messagesBesideRows == 0)
    }

    @Test(arguments: [
        (#"{"null_text": "'\u0301"}"#, "NULL '''\u{301}'"),
        (#"{"null_text": "\\\u0301"}"#, "NULL E'\\\\\u{301}'"),
        (#"{"format": "psv"}"#, "DELIMITER '|'"),
        (#"{"format": "delimited", "delimiter": "'"}"#, "DELIMITER ''''"),
        (#"{"format": "delimited", "delimiter": "\\"}"#, #"DELIMITER E'\\'"#),
        (#"{"quote": "non_null", "escape": "backslash"}"#, #"ESCAPE E'\\'"#),
    ])
    func `goes through untouched with all that COPY can write`(
        settings: String, option: String
    ) throws {
        let reading = try reading(settings)

        #expect(reading.copyOptions.utf8.contains(option.utf8))
        #expect(reading.makeEncoder == nil)
    }

    @Test(arguments: [
        (#"{"quote": "all"}"#, "a"), (#"{"quote": "non_numeric"}"#, "a"),
        (#"{"quote": "none"}"#, "a"), (#"{"line_ending": "CRLF"}"#, "a"),
        (#"{"row_number": true}"#, "a"), (#"{"escape": "backslash"}"#, "a"),
        (#"{"format": "delimited", "delimiter": "€"}"#, "a"),
        (#"{"quote": "non_null", "escape": "backslash"}"#, #"a\b"#),
    ])
    func `is re-encoded for settings that COPY does not support`(settings: String, name: String)
        throws
    {
        let reading = try reading(settings, name)

        #expect(reading.copyOptions == QuotedRowReader.copyOptions)
        #expect(reading.makeEncoder != nil)
    }
}

@Suite("The records of a delimited file", .timeLimit(.minutes(15)))
struct DelimitedRecordCounterTests {
    private func records(_ text: String, _ settings: String, chunk: Int) throws -> Int64 {
        var counter = try DataTemplateSettings(json: settings).makeRecordCounter()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes { counter.count($0) }
        }
        return counter.records
    }

    @Test(arguments: [
        ("", 0), ("a\n", 1), ("a", 1), ("\n\n", 2), ("a,b\nc,d\n", 2),
        ("\"two\nlines\",b\n", 1), ("\"say \"\"hi\n\"\"\"\nx\n", 2), ("a\r\nb\r\n", 2),
        ("\"open\n", 1), ("\"\"\n\"\"\n", 2),
    ])
    func `are counted in chunks of any size`(text: String, expected: Int64) throws {
        for chunk in 1...4 {
            #expect(try records(text, "{}", chunk: chunk) == expected)
        }
    }

    @Test(arguments: [
        ("", 0), ("a\\\nb\n", 1), ("\"\\\"\n\"\n", 1), ("\"\\\\\"\n\"b\"\n", 2), ("a\\", 1),
        ("a\nb", 2),
    ])
    func `do not end at what is escaped`(text: String, expected: Int64) throws {
        for chunk in 1...4 {
            #expect(try records(text, #"{"escape": "backslash"}"#, chunk: chunk) == expected)
        }
    }
}
