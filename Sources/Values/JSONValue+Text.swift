extension JSONValue {
    /// The value as JSON on one line, its keys in order: equal values have equal texts.
    public var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): value.description
        case .string(let value): value.quotedAsJSON
        case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }
                .map { "\($0.key.quotedAsJSON):\($0.value.text)" }
                .joined(separator: ",") + "}"
        }
    }
}

extension String {
    /// This text as a JSON string.
    ///
    /// Characters that are not ``Unicode/Scalar/isVisible`` become `\uXXXX`, which is the same text
    /// to a program.
    public var quotedAsJSON: String {
        if utf8.allSatisfy({ (0x20..<0x7f).contains($0) && $0 != 0x22 && $0 != 0x5c }) {
            return "\"" + self + "\""
        }
        var result = "\""
        for scalar in unicodeScalars {
            if let escape = scalar.shortEscape {
                result += escape
            } else if scalar.isVisible {
                result.unicodeScalars.append(scalar)
            } else {
                result += scalar.escapedAsJSON
            }
        }
        return result + "\""
    }
}

extension Unicode.Scalar {
    /// How JSON and YAML write quotation marks, backslashes and usual white space in a text.
    public var shortEscape: String? {
        switch self {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: nil
        }
    }

    /// `\uXXXX`, or two of them above U+FFFF.
    public var escapedAsJSON: String {
        String(Character(self)).utf16.map { "\\u" + String($0, radix: 16).padded(to: 4) }.joined()
    }
}
