/// A parsed configuration file.
public struct ConfigurationFile: Sendable {
    public let configuration: Configuration
    /// The place of each object, and of each key of its definition.
    let places: [DefinedObject.Identity: [String: Place]]

    /// The kinds that it declares as empty, by an empty mapping.
    let emptied: Set<ConfiguredKind>

    /// The key of ``places`` for the object itself.
    static let name = ""

    /// The key of ``places`` for an element of the list that a key holds, counted from 0.
    static func element(_ index: Int, of key: String) -> String { "\(key).\(index)" }

    /// The place of an object, of one of its keys, or of an element of a list; the beginning of the
    /// file if it is absent.
    func place(of object: DefinedObject, _ key: String = name, _ index: Int = 0) -> Place {
        let here = places[object.identity]
        return here?[Self.element(index, of: key)] ?? here?[key] ?? here?[Self.name]
            ?? Place(line: 1, column: 1)
    }

    /// Reads a file.
    ///
    /// - Throws: ``InvalidConfiguration`` with all its problems, except names of objects that do
    ///   not exist, which ``ConfigurationPlan`` finds.
    public init(_ text: String) throws(InvalidConfiguration) {
        var reader = ConfigurationReader()
        reader.read(try YAMLDocument(Self.unmarked(text)).root)
        if !reader.problems.isEmpty { throw InvalidConfiguration(reader.problems) }
        configuration = Configuration(reader.objects)
        places = reader.places
        emptied = reader.emptied
    }

    /// Reads the bytes of a file; a byte order mark before them is dropped.
    ///
    /// - Throws: As ``init(_:)``, and for bytes that are not UTF-8.
    public init(bytes: some Collection<UInt8>) throws(InvalidConfiguration) {
        let isWide = bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff])
        if isWide || bytes.prefix(4).contains(0) {
            throw InvalidConfiguration([
                ConfigurationProblem(
                    Place(line: 1, column: 1), "the file is in UTF-16 or UTF-32",
                    hint: "save it in UTF-8")
            ])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InvalidConfiguration([
                ConfigurationProblem(
                    Self.firstInvalid(in: bytes), "the file is not text in UTF-8",
                    hint: "save it in UTF-8")
            ])
        }
        try self.init(text)
    }

    /// The place of the first invalid byte.
    private static func firstInvalid(in bytes: some Collection<UInt8>) -> Place {
        var decoder = UTF8()
        var rest = bytes.makeIterator()
        var (line, column) = (1, 1)
        while case .scalarValue(let scalar) = decoder.decode(&rest) {
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        return Place(line: line, column: column)
    }

    /// The text without a byte order mark.
    private static func unmarked(_ text: String) -> String {
        guard text.unicodeScalars.first == "\u{feff}" else { return text }
        return String(text.unicodeScalars.dropFirst())
    }
}
