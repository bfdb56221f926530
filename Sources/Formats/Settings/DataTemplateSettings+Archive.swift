extension DataTemplateSettings {
    /// The layout of the one archive that holds all files of a delivery; nil where each is by
    /// itself.
    public var archive: ArchiveFormat? { compression.archive }

    /// How the archive as a whole is compressed, after its members were put into it.
    public var archiveCompression: Compression { archive == nil ? .none : compression }

    /// What makes the rows of a file smaller, be it within an archive or around it.
    public var compressionOfRows: Compression {
        switch compression {
        case .zip, .tgz: .gzip
        default: fileCompression
        }
    }

    /// What the name of the archive ends in, with its dot: `.zip`, `.tgz.pgp`.
    public var archiveExtension: String { compression.fileExtension + encryptionExtension }

    /// Sets ``zip64``, which only ZIP files have.
    mutating func setZIP64(_ value: Bool?) throws(SettingsError) {
        guard let value else { return }
        guard compression == .zip else {
            throw .notAllowed(
                setting: "zip64", value: "\(value)",
                rule: "is only for \"compression\" \"zip\": omit it")
        }
        zip64 = value
    }
}
