import Foundation
import Testing
import Values

@testable import Formats

/// All that names files.
private struct Naming: FuzzInput {
    var settings: String
    var tables: [TableName]
    var values: FileNameTemplate.Values

    var recorded: [UInt8] {
        Array("\(settings)\n\(tables.map(\.canonical))\n\(values)".utf8)
    }
}

@Suite("Any template of file names", .fuzzing)
struct FileNameFuzzTests {
    @Test func `gives names that stay in their folder on every file system`() async throws {
        var accepted = 0
        try await Fuzz("names").run(tries: 4_000) { random in
            random.naming()
        } check: { naming in
            let settings: DataTemplateSettings
            do throws(SettingsError) {
                settings = try DataTemplateSettings(json: naming.settings)
            } catch {
                try Self.check(error)
                return
            }
            accepted += 1
            let names: [String]
            var archive: String?
            do throws(FileNameError) {
                if settings.archive != nil {
                    archive = try settings.archiveName(
                        naming.values, ending: settings.archiveExtension)
                }
                names = try settings.fileNames(for: naming.tables, naming.values)
            } catch {
                // Two of them would have one.
                return
            }
            if let archive { try Self.check(archive) }
            try require(names.count == naming.tables.count, "a table has no file")
            for number in [1, 2, 9_999_999, 10_000_000, 2_147_483_647] {
                let files = names.map { settings.numbered($0, number) }
                for file in files { try Self.check(file) }
                let different = Set(files.map { $0.lowercased() })
                try require(different.count == files.count, "two tables have one file: \(files)")
            }
            if settings.split != nil {
                for name in names {
                    try require(
                        settings.numbered(name, 1) != settings.numbered(name, 2),
                        "two parts have one file: \(name)")
                }
            }
        }
        #expect(accepted > 0)
    }

    @Test func `gives folders that are one component for any name`() async throws {
        try await Fuzz("folders").run(tries: 6_000) { random in
            random.once(in: 3)
                ? random.pick(["con", "NUL", "com1", "Lpt¹", "aux"])
                    + random.pick(["", " ", ".x", " .x", "\u{301}"])
                : random.text(0...random.pick([3, 80, 300]))
        } check: { name in
            try Self.check(FileName.ofFolder(name))
            try require(
                FileName.sanitised(name, bytesMax: 40).utf8.count <= 40, "it is longer than 40")
        }
    }

    /// The message is for a person, who looks for the character.
    private static func check(_ error: SettingsError) throws {
        guard case .malformed(let setting, let character, let reason) = error else { return }
        try require(setting == "file_name" && character >= 1, "character \(character) of it")
        try require(!reason.isEmpty, "nothing is said about character \(character)")
    }

    private static func check(_ file: String) throws(Violation) {
        func require(_ condition: Bool, _ rule: String) throws(Violation) {
            if !condition { throw Violation("\(rule): \(file.debugDescription)") }
        }
        try require(!file.isEmpty && file != "." && file != "..", "this is no name")
        try require(file.utf8.count <= 255, "it has \(file.utf8.count) bytes")
        let scalars = file.unicodeScalars
        let forbidden = "/\\:*?\"<>|".unicodeScalars
        try require(!scalars.contains { forbidden.contains($0) }, "a character of it is special")
        try require(
            !scalars.contains {
                [.control, .format, .surrogate, .unassigned, .privateUse, .lineSeparator]
                    .contains($0.properties.generalCategory)
            }, "a character of it is not seen")
        let ends: [Unicode.Scalar?] = [".", " "]
        try require(!ends.contains(scalars.first), "it begins with a dot or a space")
        try require(!ends.contains(scalars.last), "it ends in a dot or a space")
        try require(!file.contains("{{"), "a placeholder is left")
        try require(file.lowercased() != "manifest.json", "it is the manifest")
        let stem = file.prefix { $0 != "." }.lowercased().trimmingSuffix { $0 == " " }
        try require(
            stem.wholeMatch(of: /con|prn|aux|nul|(com|lpt)[0-9¹²³]/) == nil, "it is a device")
        let path = URL(filePath: "/a/b").appending(path: file).standardizedFileURL
        try require(
            path.deletingLastPathComponent().path(percentEncoded: false) == "/a/b/",
            "it is not in its folder")
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ isCut: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, isCut(last) { rest.removeLast() }
        return rest
    }
}

extension String {
    fileprivate func trimmingSuffix(_ isCut: (Character) -> Bool) -> Substring {
        self[...].trimmingSuffix(isCut)
    }
}

extension SeededRandom {
    fileprivate mutating func naming() -> Naming {
        var settings: [String: JSONValue] = [
            "format": .string(pick(["csv", "tsv", "json", "ndjson", "parquet"]))
        ]
        if once(in: 3) {
            settings["compression"] = .string(pick(["gzip", "zstd", "zip", "tar.gz"]))
        }
        if once(in: 3) { settings["split"] = .object(["rows": .int(1_000)]) }
        if !once(in: 5) { settings["file_name"] = .string(template()) }
        let names = list(1...4) { random in
            TableName(
                schema: random.pick(["public", "public", "s", random.text(1...4)]),
                name: random.pick(["orders", "Orders", "manifest", "con", random.text(1...20)]))
        }
        return Naming(
            settings: JSONValue.object(settings).text, tables: names,
            values: FileNameTemplate.Values(
                export: pick(["Daily customers", "aux", ".", text(0...30), text(200...260)]),
                run: number(1...pick([9, Int64.max])),
                // From 1900 to 2100.
                now: number(-2_208_988_800_000_000...4_102_444_800_000_000)))
    }

    private mutating func template() -> String {
        let tokens = [
            "{{table}}", "{{export}}", "{{run}}", "{{file_number}}", "{{now}}", "{{ table }}",
            "{{now|format:'yyyy-MM-dd'}}", "{{now|local:'Europe/Zurich'|next_day|format:'HHmm'}}",
            "{{now|format:'SSS'}}", "{{", "}}", "{", "}", "|", "'", ":", "format", "local:'UTC'",
            "csv", ".csv", ".csv.gz", ".CSV", ".tar.gz", ".json", ".zip", "con", "nul", "com1",
            "manifest", ".", " ", "-", "_", "/", "..", "é", "\u{301}", "a", "²",
        ]
        let text = list(1...5) { $0.pick(tokens) }.joined()
        return once(in: 3) ? mutated(text, tokens: tokens) : text
    }
}
