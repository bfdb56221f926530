internal import Formats

/// The permissions of the files and folders that a destination creates.
///
/// Configured modes are set exactly. The defaults are 0640 and 0750, reduced by the umask of the
/// worker or the server.
struct FileModes: Sendable, Equatable {
    /// The names of the settings.
    static let settings = ["file_mode", "folder_mode"]

    /// Of files, if configured.
    var file: UInt32?
    /// Of folders, if configured.
    var folder: UInt32?

    /// The requested mode of new files.
    var ofNewFile: UInt32 { file ?? 0o640 }
    /// The requested mode of new folders.
    var ofNewFolder: UInt32 { folder ?? 0o750 }

    init(file: UInt32? = nil, folder: UInt32? = nil) {
        self.file = file
        self.folder = folder
    }

    /// Reads `file_mode` and `folder_mode`: three octal digits, with or without a leading 0.
    init(_ reader: SettingsReader) throws(SettingsError) {
        file = try Self.mode("file_mode", in: reader, ofOwner: 0o600, example: "0644")
        folder = try Self.mode("folder_mode", in: reader, ofOwner: 0o700, example: "0755")
    }

    private static func mode(
        _ setting: String, in reader: SettingsReader, ofOwner needed: UInt32, example: String
    ) throws(SettingsError) -> UInt32? {
        guard let text = try reader.string(setting) else { return nil }
        let digits = text.count == 4 && text.hasPrefix("0") ? text.dropFirst() : text[...]
        let isOctal = digits.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0)
        }
        guard digits.utf8.count == 3, isOctal, let mode = UInt32(digits, radix: 8),
            mode & needed == needed
        else {
            throw .notAllowed(
                setting: setting, value: text,
                rule: "must be three octal digits as for chmod, and the first must give the owner "
                    + "\(needed == 0o600 ? "6 or 7" : "7"), such as \"\(example)\"")
        }
        return mode
    }

    /// As for chmod: `0640`.
    static func text(_ mode: UInt32) -> String { "0" + String(mode, radix: 8) }
}
