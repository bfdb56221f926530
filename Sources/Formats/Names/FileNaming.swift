public import Values

extension DataTemplateSettings {
    /// The file names of a run's tables, in the order of `tables`, by the template ``fileName``;
    /// without one, and in an archive, `<table>.csv`, with `.gz` when compressed, and
    /// `<schema>.<table>` outside `public`. ``numbered(_:_:)`` derives the name of its file, or of
    /// its files if tables are ``split``.
    ///
    /// - Throws: ``FileNameError`` if two tables would write one file. Names that differ only in
    ///   case or Unicode normalization count as equal, because on some file systems they are.
    public func fileNames(
        for tables: [TableName], _ values: FileNameTemplate.Values
    ) throws(FileNameError) -> [String] {
        if format == .table { return try targetNames(for: tables) }
        let template = archive == nil ? fileName ?? .ofTables : .ofTables
        var owners: [String: TableName] = [:]
        var names: [String] = []
        for table in tables {
            let name = template.name(
                of: table, values, ending: fileExtension, numbered: split != nil)
            let file = numbered(name, 1)
            // String equality is canonical equivalence, so only case has to be folded.
            let key = file.lowercased()
            if Self.isReserved(key) { throw .reserved(table, file: file) }
            if let owner = owners.updateValue(table, forKey: key) {
                if template.has(.table) || owner == table {
                    throw .collision(owner, table, file: file)
                }
                throw .oneNameForAll(tables: tables.count, file: file)
            }
            names.append(name)
        }
        return names
    }

    /// The name of the archive of all tables, by the template ``fileName``; without one `<data
    /// export><ending>`.
    ///
    /// - Parameter ending: The extension, with its dot: `.tar.gz`.
    /// - Throws: ``FileNameError/notOfArchives(placeholder:)``
    public func archiveName(
        _ values: FileNameTemplate.Values, ending: String
    ) throws(FileNameError) -> String {
        let template = fileName ?? .ofArchives
        for placeholder in [FileNameTemplate.Placeholder.table, .fileNumber]
        where template.has(placeholder) {
            throw .notOfArchives(placeholder: placeholder.rawValue)
        }
        return template.name(of: nil, values, ending: ending, numbered: false)
    }

    /// The name of one of the files of a table: `orders.0000001.csv.gz`.
    ///
    /// - Parameters:
    ///   - file: One of ``fileNames(for:_:)``. Without a placeholder for a number, it is the name
    ///     of the only file; for tables, that of the first part.
    ///   - number: From 1; written with at least seven digits.
    public func numbered(_ file: String, _ number: Int) -> String {
        if format == .table { return number == 1 ? file : "\(file)~\(number)" }
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(0, 7 - digits.count))
        return file.replacing(FileName.numberMark, with: zeros + digits)
    }

    static func isReserved(_ lowercasedName: String) -> Bool {
        lowercasedName == "manifest.json"
    }

    /// Rejects a template that cannot name any file of these settings.
    func checkFileName() throws(SettingsError) {
        guard let fileName else { return }
        let ending = archive == nil ? fileExtension : archiveExtension
        let isNumbered = archive == nil && split != nil
        let values = FileNameTemplate.Values(export: "", run: 1, now: 0)
        if archive != nil {
            do {
                _ = try archiveName(values, ending: ending)
            } catch {
                throw .notAllowed(
                    setting: "file_name", value: fileName.text,
                    rule: "must not have a placeholder for a table or a number: \(error)")
            }
        }
        guard fileName.fits(ending: ending, numbered: isNumbered) else {
            throw .notAllowed(
                setting: "file_name", value: fileName.text,
                rule: "must be shorter: file names have at most \(FileNameTemplate.nameBytesMax) "
                    + "bytes, including extension and number, and "
                    + "\(FileNameTemplate.valueBytesMin) are reserved for each {{table}} and "
                    + "{{export}}")
        }
        let name = fileName.name(of: nil, values, ending: ending, numbered: isNumbered)
        guard !Self.isReserved(name.lowercased()) else {
            throw .notAllowed(
                setting: "file_name", value: fileName.text,
                rule: "must not result in \"\(name)\", the name of the manifest")
        }
    }
}
