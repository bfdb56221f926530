/// Counts the top-level objects of a JSON file: one per line, or in one array.
struct JSONRecordCounter: RecordCounter {
    private let recordDepth: Int
    private var depth = 0
    private var isInString = false
    private var isAfterBackslash = false
    private(set) var records: Int64 = 0

    /// - Parameter isArray: Whether the file is one array.
    init(isArray: Bool) { recordDepth = isArray ? 1 : 0 }

    mutating func count(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if isInString {
                if isAfterBackslash {
                    isAfterBackslash = false
                } else if byte == UInt8(ascii: "\\") {
                    isAfterBackslash = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"):
                if depth == recordDepth { records += 1 }
                depth += 1
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
    }
}
