import Lifecycle
import Values

// The canonical form of definitions.
extension DefinedObject {
    /// The definition in canonical form.
    static func uniform(
        _ kind: ConfiguredKind, _ definition: [String: JSONValue]
    ) -> [String: JSONValue] {
        var result = definition
        switch kind {
        case .dataExport:
            result["tables"] = result["tables"].map(uniform(tables:))
            result["table_settings"] = result["table_settings"].map(uniform(tableSettings:))
        case .orchestrationGroup:
            if result["manual"] == false { result["manual"] = nil }
            result["schedule"] = result["schedule"].map(uniform(schedule:))
        case .alert:
            result["on"] = result["on"].map(uniform(events:))
        default: break
        }
        return result
    }

    private static func uniform(tables: JSONValue) -> JSONValue {
        guard case .array(let elements) = tables else { return tables }
        let names = elements.compactMap { element -> TableName? in
            if case .string(let text) = element { TableName(text) } else { nil }
        }
        return .array(Set(names).sorted().map { .string($0.canonical) })
    }

    private static func uniform(tableSettings: JSONValue) -> JSONValue {
        guard case .object(let members) = tableSettings else { return tableSettings }
        var uniform: [String: JSONValue] = [:]
        for (table, json) in members {
            let settings = (try? TableSettings(json))?.json ?? json
            if settings != [:] { uniform[TableName(table)?.canonical ?? table] = settings }
        }
        return .object(uniform)
    }

    /// With single spaces.
    private static func uniform(schedule: JSONValue) -> JSONValue {
        guard case .string(let text) = schedule else { return schedule }
        return .string(text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }

    private static func uniform(events: JSONValue) -> JSONValue {
        guard case .array(let elements) = events else { return events }
        let known = AlertEvent.allCases.map { JSONValue.string($0.rawValue) }
        return .array(
            known.filter { elements.contains($0) } + elements.filter { !known.contains($0) })
    }
}
