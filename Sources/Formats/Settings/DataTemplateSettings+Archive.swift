extension DataTemplateSettings {
    /// The layout of the archive of a delivery; nil for single files.
    public var archive: ArchiveFormat? { compression.archive }

    /// The compression of the archive as a whole.
    public var archiveCompression: Compression { archive == nil ? .none : compression }

    /// The effective compression of a file's rows, within an archive or around it.
    public var compressionOfRows: Compression {
        switch compression {
        case .zip, .tgz: .gzip
        default: fileCompression
        }
    }

    /// The extension of the archive, with its dot: `.zip`, `.tgz.pgp`.
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
