import ArgumentParser

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Manage data exports: what is sent, as drafts and versions.",
        discussion: "`ferry export config` writes the whole configuration as a file.",
        subcommands: [
            FormSubcommand<Create>.self, FormSubcommand<Edit>.self,
            TablesSubcommand<AddTables>.self,
            TablesSubcommand<RemoveTables>.self, EditTable.self,
            SwitchDatabase.self, NameSubcommand<Activate>.self, RollBack.self,
            NameSubcommand<DiscardDraft>.self, NameSubcommand<Delete>.self,
            ListCommand<ExportHistory>.self, Diff.self, Config.self, ListSubcommand<Exports>.self,
        ])
}
