/// A host or an address in which `*` matches any letters, digits, dots and hyphens.
public struct PlacePattern: Sendable, Equatable, CustomStringConvertible {
    /// In lower case.
    public let description: String

    public init(_ text: String) {
        description = text.lowercased()
    }

    /// Whether it has no wildcard.
    public var isOnePlace: Bool { !description.contains("*") }

    public func matches(_ place: String) -> Bool {
        Self.matches(Array(description.utf8)[...], Array(place.lowercased().utf8)[...])
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ place: ArraySlice<UInt8>) -> Bool {
        guard let star = pattern.firstIndex(of: UInt8(ascii: "*")) else { return pattern == place }
        let start = pattern[..<star]
        guard place.starts(with: start) else { return false }
        var rest = place.dropFirst(start.count)
        let after = pattern[(star + 1)...]
        while true {
            if matches(after, rest) { return true }
            guard let byte = rest.first, isOfName(byte) else { return false }
            rest = rest.dropFirst()
        }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }
}
