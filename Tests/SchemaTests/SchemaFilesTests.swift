import Foundation
import SchemaFiles
import Testing

/// The package, relative to this file.
private let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

private func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
        at: package.appending(path: folder), includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "sql" }.map { $0.deletingPathExtension().lastPathComponent }
        .sorted()
}

@Suite("The files of the schema", .timeLimit(.minutes(15)))
struct SchemaFilesTests {
    @Test func `are exactly those that the program carries`() throws {
        let folders = [
            ("sql/migrations", SchemaSQL.migrations), ("sql/views", SchemaSQL.views),
            ("sql/functions", SchemaSQL.functions),
        ]
        for (folder, carried) in folders {
            #expect(try names(in: folder) == carried.map(\.name).sorted())
            for file in carried {
                let path = package.appending(path: "\(folder)/\(file.name).sql")
                #expect(try String(contentsOf: path, encoding: .utf8) == file.text)
            }
        }
    }

    @Test func `number the migrations from one without gaps`() {
        let numbers = SchemaSQL.migrations.map { String($0.name.prefix(5)) }
        let expected = (1...SchemaSQL.migrations.count).map { number in
            String(repeating: "0", count: 4 - String(number).count) + "\(number)_"
        }

        #expect(numbers == expected)
    }

    @Test func `hold one function each, named as the file`() {
        for file in SchemaSQL.functions {
            let heading = /create or replace (?:function|procedure) ferry(?:_state)?\.(\w+)\(/
            let made = file.text.matches(of: heading).map { String($0.1) }
            #expect(made.first == file.name, "\(file.name)")
            #expect(made.filter { $0 != file.name }.isEmpty, "\(file.name)")
            #expect(file.text.hasPrefix("-- \(file.name): "), "\(file.name)")
        }
    }

    @Test func `define no unused function`() throws {
        let sources = try #require(
            FileManager.default.enumerator(
                at: package.appending(path: "Sources"), includingPropertiesForKeys: nil))
        let swift = try sources.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
        let sql = SchemaSQL.functions + SchemaSQL.views

        for file in SchemaSQL.functions {
            let isPublic =
                file.text.firstMatch(
                    of: /create or replace (?:function|procedure) ferry\./) != nil
            let call = "ferry_state.\(file.name)("
            let isTrigger = file.text.contains("execute function \(call)")
            let isCalled =
                swift.contains { $0.contains(call) }
                || sql.contains { $0.name != file.name && $0.text.contains(call) }
            #expect(isPublic || isTrigger || isCalled, "nobody calls \(file.name)")
        }
    }
}
