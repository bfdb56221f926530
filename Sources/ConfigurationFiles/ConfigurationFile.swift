import Lifecycle
import Yams

/// A configuration file that was read.
public struct ConfigurationFile: Sendable {
    public let configuration: Configuration
    /// Where each object, and each key of its definition, stands.
    let places: [ConfiguredObject.Identity: [String: Place]]

    /// The key of ``places`` for the object itself.
    static let name = ""

    /// The key of ``places`` for an element of the list that a key holds, counted from 0.
    static func element(_ index: Int, of key: String) -> String { "\(key).\(index)" }

    /// Where an object stands, or one of its keys, or an element of the list there; the beginning
    /// for one that is not there.
    func place(of object: ConfiguredObject, _ key: String = name, _ index: Int = 0) -> Place {
        let here = places[object.identity]
        return here?[Self.element(index, of: key)] ?? here?[key] ?? here?[Self.name]
            ?? Place(line: 1, column: 1)
    }

    /// Reads a file.
    ///
    /// - Throws: ``InvalidConfiguration`` with all that is wrong with it, but for names of
    ///   objects that do not exist, which ``ConfigurationPlan`` finds.
    public init(_ text: String) throws(InvalidConfiguration) {
        var reader = ConfigurationReader()
        reader.read(try Self.root(text))
        if !reader.problems.isEmpty { throw InvalidConfiguration(reader.problems) }
        configuration = Configuration(reader.objects)
        places = reader.places
    }

    private static func root(_ text: String) throws(InvalidConfiguration) -> Node {
        let start = Place(line: 1, column: 1)
        do {
            if let root = try Yams.compose(yaml: text) { return root }
            throw InvalidConfiguration([
                ConfigurationProblem(
                    start, "the file is empty", hint: "it begins with the line \"ferry: 1\"")
            ])
        } catch let error as InvalidConfiguration {
            throw error
        } catch let error as YamlError {
            throw InvalidConfiguration([problem(error)])
        } catch {
            throw InvalidConfiguration([ConfigurationProblem(start, "\(error)")])
        }
    }

    private static func problem(_ error: YamlError) -> ConfigurationProblem {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let around = context.map { " (\(shown($0.text)))" } ?? ""
            return ConfigurationProblem(
                Place(line: mark.line, column: mark.column),
                "this is not YAML: \(shown(problem))\(around)",
                hint: "mind the indentation, and put texts with special characters in quotes")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return ConfigurationProblem(
                Place(line: context.mark.line, column: context.mark.column),
                "given twice: " + duplicates.map { "\"\(shown($0))\"" }.joined(separator: ", "),
                hint: "keep one of them")
        case .reader(let problem, _, _, _):
            return ConfigurationProblem(
                Place(line: 1, column: 1), "the file cannot be read: \(shown(problem))",
                hint: "it must be text in UTF-8, without control characters")
        default: return ConfigurationProblem(Place(line: 1, column: 1), shown("\(error)"))
        }
    }
}
