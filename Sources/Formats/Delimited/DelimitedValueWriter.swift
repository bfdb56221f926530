/// Writes the values and separators of a delimited file.
struct DelimitedValueWriter: ~Copyable {
    /// When a value that is not null is quoted.
    enum Style {
        case quoted, quotedIfNeeded, bare
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    private var buffer = OutputBuffer()
    private let delimiter: [UInt8]
    private let lineEnd: [UInt8]
    private let nullText: [UInt8]
    private let null: [UInt8]
    private let escape: Escape
    private let isAlone: Bool
    /// For each byte, whether a value with it must be quoted; for the delimiter, its first byte.
    private let special = UnsafeMutablePointer<Bool>.allocate(capacity: 256)

    /// - Parameter isAlone: Whether rows have a single value.
    init(_ settings: DataTemplateSettings, isAlone: Bool) {
        delimiter = settings.delimiter.bytes
        lineEnd = settings.lineEnding.bytes
        nullText = Array(settings.nullText.utf8)
        null = settings.quote == .all ? [Self.quote] + nullText + [Self.quote] : nullText
        escape = settings.escape
        self.isAlone = isAlone
        special.initialize(repeating: false, count: 256)
        for byte in [Self.quote, UInt8(ascii: "\n"), UInt8(ascii: "\r"), delimiter[0]] {
            special[Int(byte)] = true
        }
        if settings.escape == .backslash { special[Int(Self.backslash)] = true }
    }

    deinit { special.deallocate() }

    mutating func writeDelimiter(_ output: OutputBuffer.Output) throws {
        try delimiter.count == 1
            ? buffer.append(delimiter[0], into: output) : buffer.append(delimiter, into: output)
    }

    mutating func writeLineEnd(_ output: OutputBuffer.Output) throws {
        try buffer.append(lineEnd, into: output)
    }

    mutating func finish(_ output: OutputBuffer.Output) throws { try buffer.flush(into: output) }

    /// - Returns: False if the value cannot be written in this style.
    mutating func write(
        _ value: QuotedValue, _ style: Style, _ output: OutputBuffer.Output
    ) throws -> Bool {
        guard let text = value.text, let quoted = value.quoted else {
            try buffer.append(null, into: output)
            return true
        }
        switch style {
        case .quotedIfNeeded where isBare(text):
            try buffer.append(text, into: output)
        case .quoted, .quotedIfNeeded:
            try write(text, quoted, output)
        case .bare:
            if firstSpecial(of: text, from: 0) == nil {
                // An empty null text is indistinguishable from an empty value here.
                if !nullText.isEmpty, isNullText(text) { return false }
                try buffer.append(text, into: output)
            } else if escape == .backslash {
                try writeEscaped(text, output)
            } else {
                return false
            }
        }
        return true
    }

    private func isBare(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard firstSpecial(of: text, from: 0) == nil, !isNullText(text) else { return false }
        // Alone on a line, this would end the data for PostgreSQL's COPY.
        return !(isAlone && text.count == 2 && text.elementsEqual("\\.".utf8))
    }

    private func isNullText(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count == nullText.count && text.elementsEqual(nullText)
    }

    private func firstSpecial(of text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < text.count {
            if special[Int(text[index])], isSpecial(text, at: index) { return index }
            index += 1
        }
        return nil
    }

    private func isSpecial(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        guard delimiter.count > 1, text[index] == delimiter[0] else { return true }
        return text[index...].starts(with: delimiter)
    }

    private mutating func write(
        _ text: UnsafeBufferPointer<UInt8>, _ quoted: UnsafeBufferPointer<UInt8>,
        _ output: OutputBuffer.Output
    ) throws {
        guard escape == .backslash else { return try buffer.append(quoted, into: output) }
        try buffer.append(Self.quote, into: output)
        try writeEscaped(text, inQuotes: true, output)
        try buffer.append(Self.quote, into: output)
    }

    /// Puts a backslash before quotes and backslashes and, outside quotes, before all special
    /// bytes.
    private mutating func writeEscaped(
        _ text: UnsafeBufferPointer<UInt8>, inQuotes: Bool = false, _ output: OutputBuffer.Output
    ) throws {
        var start = 0
        while let index = firstSpecial(of: text, from: start) {
            try buffer.append(UnsafeBufferPointer(rebasing: text[start..<index]), into: output)
            let byte = text[index]
            if !inQuotes || byte == Self.quote || byte == Self.backslash {
                try buffer.append(Self.backslash, into: output)
            }
            try buffer.append(byte, into: output)
            // COPY doubled it.
            start = index + (byte == Self.quote ? 2 : 1)
        }
        try buffer.append(UnsafeBufferPointer(rebasing: text[start...]), into: output)
    }
}
