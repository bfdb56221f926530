internal import Foundation

extension Encodable {
    /// JSON with sorted keys, indented, with a line end at its end: equal values have equal bytes.
    ///
    /// For values of texts, integers and booleans only, which can always be encoded.
    var canonicalJSON: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("it has values other than texts, integers and booleans: \(error)")
        }
    }
}
