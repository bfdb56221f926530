/// Converts PostgreSQL's text of a date or timestamp, with `DateStyle` ISO, to ISO 8601.
///
/// `2026-01-02 03:04:05.6+00` becomes `2026-01-02T03:04:05.6Z`. A year before 1 or after 9999
/// gets a sign and at least six digits, and the year before 1 is 0: `0044-03-15 BC` becomes
/// `-000043-03-15`, `10000-01-01` becomes `+010000-01-01`. Infinities are unchanged.
func isoTime(_ text: JSONText) -> [UInt8] {
    var rest = text.bytes[...]
    guard let yearEnd = rest.firstIndex(of: UInt8(ascii: "-")), yearEnd > 0,
        let year = Int(String(decoding: rest[..<yearEnd], as: UTF8.self))
    else { return Array(rest) }
    let isBeforeChrist = rest.count > 3 && rest.suffix(3).elementsEqual(" BC".utf8)
    if isBeforeChrist { rest = rest.dropLast(3) }
    var result = isoYear(isBeforeChrist ? 1 - year : year)
    result.reserveCapacity(result.count + rest.count)
    let isUTC = rest.count > 3 && rest.suffix(3).elementsEqual("+00".utf8)
    if isUTC { rest = rest.dropLast(3) }
    for byte in rest[yearEnd...] {
        result.append(byte == UInt8(ascii: " ") ? UInt8(ascii: "T") : byte)
    }
    if isUTC { result.append(UInt8(ascii: "Z")) }
    return result
}

private func isoYear(_ year: Int) -> [UInt8] {
    let digits = String(abs(year))
    let isPlain = (0...9999).contains(year)
    let zeros = String(repeating: "0", count: max(0, (isPlain ? 4 : 6) - digits.count))
    return Array(((isPlain ? "" : year < 0 ? "-" : "+") + zeros + digits).utf8)
}
