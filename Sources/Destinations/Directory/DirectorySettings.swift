public import Formats
public import Foundation

/// The settings of a directory destination: `{"path": "/exports/crm"}`.
public struct DirectorySettings: Sendable, Equatable {
    /// The directory for deliveries. Absolute, without `..`.
    public let path: String
    /// The settings `file_mode` and `folder_mode`.
    let modes: FileModes

    /// - Throws: ``SettingsError`` if the path is missing, relative, or contains `..` or control
    ///   characters, or if a mode is invalid.
    public init(json: Data) throws(SettingsError) {
        let reader = try SettingsReader(
            json: json, subject: "directory destination", known: ["path"] + FileModes.settings)
        let rule = "must be an absolute path without \"..\" or control characters, "
        guard let path = try reader.string("path") else {
            throw .missing(setting: "path", rule: rule + "such as \"/exports/crm\"")
        }
        let isPlain =
            path.hasPrefix("/") && !path.split(separator: "/").contains("..")
            && !path.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard isPlain else {
            throw .notAllowed(
                setting: "path", value: path, rule: rule + "such as \"/exports/crm\"")
        }
        self.path = path
        modes = try FileModes(reader)
    }
}
