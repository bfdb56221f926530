import ArgumentParser

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Say what is sent: data exports, their drafts and versions.",
        discussion: "`ferry export config` writes the whole configuration as a file.",
        subcommands: [
            Create.self, Edit.self, AddTables.self, RemoveTables.self, EditTable.self,
            SwitchDatabase.self, Activate.self, RollBack.self, DiscardDraft.self, Delete.self,
            ListCommand<ExportHistory>.self, Diff.self, Config.self,
        ])
}
