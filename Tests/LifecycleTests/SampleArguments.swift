import Lifecycle
import Values

/// Arguments with which a command is well-formed.
///
/// - Parameter all: Those too that may be left out, as far as they go together.
func sampleArguments(
    of definition: CommandDefinition, all: Bool = false
) -> [String: JSONValue] {
    var arguments: [String: JSONValue] = [:]
    for (name, argument) in definition.arguments where all || argument.required {
        arguments[name] =
            switch argument.type {
            case .string: .string(argument.choices?.first ?? "x")
            case .boolean: .bool(name != "denial")
            case .integer: 1
            case .object: [:]
            case .tables, .strings, .names: ["a"]
            }
    }
    if definition.command == "change_setting" { arguments["value"] = "any" }
    if ["create_alert", "edit_alert"].contains(definition.command) {
        arguments["program"] = nil
        arguments["credential"] = "x"
        arguments["on"] = all ? ["failure", "runtime"] : ["failure"]
    }
    return arguments
}
