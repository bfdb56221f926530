extension String {
    /// This text as it may be shown to a person: control, format (bidi, zero-width), line
    /// separator, private and unassigned characters are written as `\u{202E}`.
    package var shown: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse,
                .unassigned, .surrogate:
                result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
