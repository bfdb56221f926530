import Lifecycle
import Testing
import Values

@Suite("The name of a data export")
struct DataExportNameTests {
    private func command(_ name: String) throws -> ParsedCommand {
        try ParsedCommand(name: "create_data_export", arguments: ["name": .string(name)])
    }

    @Test(arguments: [
        "_sandbox", " _SANDBOX ", "_ſandbox", "\u{ff3f}ｓａｎｄｂｏｘ", "_s\u{24d0}ndbox", ".staging",
        ".Staging", "latest.json", "Latest.JSON", "latest\u{ff0e}json",
    ])
    func `is none that Ferry has in destinations, in any form`(name: String) {
        let rejection = #expect(throws: Rejection.self) { try command(name) }

        #expect(rejection?.code == .invalidName)
    }

    @Test(arguments: ["sandbox", "_sandbox 2", "_sandboxes", "_sändbox", "staging", "latest"])
    func `may be any other`(name: String) throws {
        #expect(throws: Never.self) { try command(name) }
    }
}
