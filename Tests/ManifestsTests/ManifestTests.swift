import Formats
import Foundation
import Lifecycle
import Testing
import Values

@testable import Manifests

@Suite("A manifest")
struct ManifestTests {
    let hash = String(repeating: "0a", count: 32)

    func file(_ name: String, rows: Int64 = 2, bytes: Int64 = 10) -> Manifest.File {
        Manifest.File(
            name: name, table: TableName(schema: "public", name: "t"), rows: rows, bytes: bytes,
            sha256: hash, columns: [])
    }

    @Test func `names the tables that were skipped, where there are any`() throws {
        var manifest = try Manifest.sample(files: [file("orders.csv")])
        let plain = String(decoding: manifest.encoded(), as: UTF8.self)
        manifest.skippedTables = [TableName(schema: "public", name: "gone")]
        let text = String(decoding: manifest.encoded(), as: UTF8.self)

        #expect(!plain.contains("skipped_tables"))
        #expect(
            text.contains(
                """
                  "skipped_tables" : [
                    {
                      "name" : "gone",
                      "schema" : "public"
                    }
                  ],
                """))
        #expect(try Manifest(decoding: Array(text.utf8)) == manifest)
    }

    @Test func `has canonical bytes`() throws {
        let column = Manifest.Column(name: "id", type: "numeric(10,2)", nullable: true)
        var orders = file("orders.csv")
        orders.columns = [column]
        let manifest = try Manifest.sample(files: [orders])

        let expected = """
            {
              "database" : "crm",
              "environment" : "production",
              "export" : {
                "id" : 7,
                "name" : "Daily customers",
                "version" : 3
              },
              "files" : [
                {
                  "bytes" : 10,
                  "columns" : [
                    {
                      "name" : "id",
                      "nullable" : true,
                      "type" : "numeric(10,2)"
                    }
                  ],
                  "name" : "orders.csv",
                  "rows" : 2,
                  "sha256" : "\(hash)",
                  "table" : {
                    "name" : "t",
                    "schema" : "public"
                  }
                }
              ],
              "format" : {
                "compression" : "none",
                "delimiter" : ",",
                "format" : "csv",
                "header" : true,
                "line_ending" : "LF",
                "null_text" : "",
                "quote" : "minimal"
              },
              "manifest" : "ferry/1",
              "run" : 42,
              "snapshot" : {
                "id" : "00000003-0000001B-1",
                "taken_at" : "2025-03-01T12:00:00.000250Z",
                "wal_position" : "16/B374D848"
              },
              "started_at" : "2025-03-01T11:59:59.000000Z",
              "totals" : {
                "bytes" : 10,
                "files" : 1,
                "rows" : 2
              }
            }

            """
        #expect(String(decoding: manifest.encoded(), as: UTF8.self) == expected)
        #expect(try Manifest(decoding: manifest.encoded()) == manifest)
    }

    @Test func `does not depend on the order in which files were finished`() throws {
        let one = try Manifest.sample(files: [file("b"), file("a"), file("Z")])
        let other = try Manifest.sample(files: [file("Z"), file("a"), file("b")])

        #expect(one.files.map(\.name) == ["Z", "a", "b"])
        #expect(one.encoded() == other.encoded())
        #expect(one.sha256 == other.sha256 && one.sha256.count == 64)
        #expect(one.totals == Manifest.Totals(files: 3, rows: 6, bytes: 30))
    }

    @Test(arguments: ["../x", "/etc/passwd", "a/b", "..", ".", "", "a\0b", "manifest.json"])
    func `refuses a file that is not beside it`(name: String) {
        #expect(throws: ManifestError.unsafeFileName(name)) {
            try Manifest.sample(files: [file(name)])
        }
    }

    @Test func `refuses what contradicts itself`() {
        #expect(throws: ManifestError.duplicateFile("a")) {
            try Manifest.sample(files: [file("a"), file("a")])
        }
        #expect(throws: ManifestError.impossibleNumber(file: "a")) {
            try Manifest.sample(files: [file("a", rows: -1)])
        }
        #expect(throws: ManifestError.impossibleNumber(file: "b")) {
            try Manifest.sample(files: [file("a", bytes: .max), file("b")])
        }
    }

    private func decoding(replacing old: String, with new: String) throws -> Manifest {
        let text = String(
            decoding: try Manifest.sample(files: [file("a")]).encoded(), as: UTF8.self)
        #expect(text.contains(old))
        return try Manifest(decoding: Array(text.replacing(old, with: new).utf8))
    }

    @Test func `is refused when its major version is unknown`() {
        let error = #expect(throws: ManifestError.self) {
            try decoding(replacing: "ferry/1", with: "ferry/2")
        }

        #expect(error == .unknownVersion("ferry/2"))
        #expect(
            error?.description
                == "the manifest has the schema \"ferry/2\", this version of Ferry reads "
                + "\"ferry/1\": verify it with the version that wrote it, or a later one")
        #expect(throws: ManifestError.unknownVersion("ferry/10")) {
            try decoding(replacing: "ferry/1", with: "ferry/10")
        }
    }

    @Test func `is read when a minor version added members`() throws {
        let manifest = try decoding(replacing: "ferry/1\"", with: "ferry/1.4\", \"colour\": 1")

        #expect(try manifest == Manifest.sample(files: [file("a")]))
    }

    @Test(arguments: [
        ("\"totals\"", "\"total\"", ManifestError.notAManifest(reason: "\"totals\" is missing")),
        ("\"run\" : 42", "\"run\" : \"x\"", .notAManifest(reason: "\"run\" has the wrong type")),
        ("\"files\" : 1", "\"files\" : 2", .wrongTotals),
        ("\"name\" : \"a\"", "\"name\" : \"../a\"", .unsafeFileName("../a")),
        ("0a0a", "0A0A", .impossibleHash(file: "a")),
        (
            "\"none\"", "\"rot13\"",
            .notAManifest(
                reason: #"setting "compression" must be one of "none", "gzip", "snappy", "zstd", "#
                    + #""zip", "tar", "tgz"; was "rot13""#)
        ),
        (
            "2025-03-01T12", "2025-02-31T12",
            .notAManifest(reason: "a time is written like 2025-03-01T12:00:00.000250Z")
        ),
    ])
    func `is refused when it is damaged`(old: String, new: String, error: ManifestError) {
        #expect(throws: error) { try decoding(replacing: old, with: new) }
    }

    @Test func `is refused when it is not JSON`() {
        let error = #expect(throws: ManifestError.self) {
            try Manifest(decoding: Array("hello".utf8))
        }

        #expect(error?.description.hasPrefix("this is not a manifest of Ferry: ") == true)
    }

    @Test func `is described in the documentation by an example that can be read`() throws {
        let page = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../docs/manifest.md"), encoding: .utf8)
        let example = try #require(
            page.split(separator: "```json\n").last?.split(separator: "```").first)

        let manifest = try Manifest(decoding: Array(example.utf8))

        #expect(manifest.encoded() == Array(example.utf8))
    }
}

@Suite("An instant")
struct InstantTests {
    @Test(arguments: [
        "1970-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z",
        "2024-02-29T12:34:56.000001Z", "2000-03-01T00:00:00.500000Z",
        "0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z",
    ])
    func `is written as it was read`(text: String) {
        #expect(Instant(text)?.description == text)
    }

    @Test(arguments: [
        "", "2023-02-29T00:00:00.000000Z", "2025-01-01T24:00:00.000000Z",
        "2025-01-01 00:00:00.000000Z", "2025-01-01T00:00:00.000Z", "2025-13-01T00:00:00.000000Z",
        "2025-01-01T00:00:00.000000+",
    ])
    func `is not read from anything else`(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test func `agrees with Foundation`() {
        let date = Date(timeIntervalSince1970: 1_740_830_400.000250)

        #expect(Instant(date).description == "2025-03-01T12:00:00.000250Z")
        for day in stride(from: -140_000, to: 400_000, by: 397) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            #expect(Instant(date).description.hasPrefix(date.formatted(.iso8601).prefix(10)))
        }
    }
}
