/// Numbers as people read them, in decimal units.
public enum Quantity {
    /// `950 B`, `1.2 kB`, `88 MB`.
    public static func bytes(_ count: Int64) -> String {
        var value = Double(max(0, count))
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var unit = 0
        while value >= 999.5 && unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        if unit == 0 || value >= 9.95 { return "\(Int64(value.rounded())) \(units[unit])" }
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// `1,234,567`
    public static func count(_ number: Int64) -> String {
        let digits = String(number.magnitude)
        var result = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }

    /// `12 s`, `3 m`, `2 h`, `4 d`: never more than four characters below a thousand days.
    public static func seconds(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 86_400_000 else { return "?" }
        let whole = Int64(max(0, seconds).rounded(.up))
        if whole < 100 { return "\(whole) s" }
        if whole < 100 * 60 { return "\((whole + 59) / 60) m" }
        if whole < 100 * 3600 { return "\((whole + 3599) / 3600) h" }
        return "\((whole + 86399) / 86400) d"
    }

    /// `1 table`, `5 tables`.
    public static func plural(_ number: Int64, _ noun: String) -> String {
        "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
    }
}
