import Foundation
import Values
import Watching

/// The arguments of a command, as given on the command line.
enum CommandArguments {
    /// The JSON object that `name=value` pairs describe.
    ///
    /// - Throws: ``Failure`` for a pair without `=` and for a name given twice.
    static func json(_ pairs: [String]) throws -> String {
        var names: [String] = []
        var fields: [String] = []
        for pair in pairs {
            guard let (name, text) = pair.keyAndValue else {
                throw Failure(.usage, "--argument \"\(pair)\" is not name=value")
            }
            guard !names.contains(name) else {
                throw Failure(.usage, "--argument \(name) is given twice")
            }
            names.append(name)
            fields.append("\(name.quotedAsJSON):\(value(text, of: name))")
        }
        return "{" + fields.joined(separator: ",") + "}"
    }

    private static func value(_ text: String, of name: String) -> String {
        let parsed = try? JSONSerialization.jsonObject(
            with: Data(text.utf8), options: [.fragmentsAllowed])
        // A JSON string is kept unchanged: quotes can be part of a name.
        if let parsed, !(parsed is String) { return text }
        if (name == "tables" && text != "all") || name == "orchestrations" {
            let names = text.namesBetweenCommas.filter { !$0.isEmpty }.map(\.quotedAsJSON)
            return "[" + names.joined(separator: ",") + "]"
        }
        return text.quotedAsJSON
    }
}
