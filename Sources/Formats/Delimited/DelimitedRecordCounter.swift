/// Counts the records of a delimited file by RFC 4180: a line end inside quotes does not end a
/// record, nor does one after a backslash that is the escape.
struct DelimitedRecordCounter: RecordCounter {
    let escape: Escape

    private var lineEnds: Int64 = 0
    private var isQuoted = false
    private var isEscaped = false
    private var isInsideRecord = false

    init(escape: Escape) { self.escape = escape }

    var records: Int64 { lineEnds + (isInsideRecord ? 1 : 0) }

    mutating func count(_ bytes: UnsafeRawBufferPointer) {
        switch escape {
        case .doubled: countDoubled(bytes)
        case .backslash: countEscaped(bytes)
        }
    }

    private mutating func countDoubled(_ bytes: UnsafeRawBufferPointer) {
        var lineEnds: Int64 = 0
        var isQuoted = isQuoted
        for byte in bytes {
            if byte == UInt8(ascii: "\"") {
                // A doubled quote closes and opens again, without an effect.
                isQuoted.toggle()
            } else if byte == UInt8(ascii: "\n"), !isQuoted {
                lineEnds += 1
            }
        }
        self.lineEnds += lineEnds
        self.isQuoted = isQuoted
        if let last = bytes.last { isInsideRecord = isQuoted || last != UInt8(ascii: "\n") }
    }

    private mutating func countEscaped(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            isInsideRecord = true
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: "\n"), !isQuoted {
                lineEnds += 1
                isInsideRecord = false
            }
        }
    }
}
