/// Counts the records of a CSV file by RFC 4180: a line end inside quotes ends no record.
struct CSVRecordCounter: RecordCounter {
    private var lineEnds: Int64 = 0
    private var isQuoted = false
    private var isInsideRecord = false

    var records: Int64 { lineEnds + (isInsideRecord ? 1 : 0) }

    mutating func count(_ bytes: UnsafeRawBufferPointer) {
        var lineEnds: Int64 = 0
        var isQuoted = isQuoted
        for byte in bytes {
            if byte == UInt8(ascii: "\"") {
                // A doubled quote closes and opens again: it leaves this as it was.
                isQuoted.toggle()
            } else if byte == UInt8(ascii: "\n"), !isQuoted {
                lineEnds += 1
            }
        }
        self.lineEnds += lineEnds
        self.isQuoted = isQuoted
        if let last = bytes.last { isInsideRecord = isQuoted || last != UInt8(ascii: "\n") }
    }
}
