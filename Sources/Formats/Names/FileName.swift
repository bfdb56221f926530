import Crypto
import Foundation
import Values

/// Converts names of databases and users to names of files and folders.
public enum FileName {
    /// The longest result of ``sanitised(_:)``, in bytes. It leaves space for extensions within the
    /// 255 bytes that file systems allow.
    public static let bytesMax = 200

    /// `name` as one path component that is safe on every common file system.
    ///
    /// Letters, marks and digits of any script and `-`, `_`, `.` and space stay. Everything else,
    /// a leading dot, and a leading or trailing space or trailing dot are percent-encoded as
    /// UTF-8. A longer result is truncated between characters and ends in `~` and 16 hexadecimal
    /// digits of the name's SHA-256. The empty name becomes `empty~`. Device names of Windows are
    /// not handled here; see ``ofFolder(_:bytesMax:)``.
    ///
    /// Two different names never give the same result, and the same name always gives the same
    /// result. Names that differ only in case, or in Unicode normalisation, give results that
    /// differ only in the same way; see ``DataTemplateSettings/fileNames(for:_:)``.
    ///
    /// - Parameter bytesMax: Another limit; at least the length of the hash.
    public static func sanitised(_ name: String, bytesMax: Int = bytesMax) -> String {
        guard !name.isEmpty else { return "empty~" }
        let hashMark = "~" + hash(of: name)
        var result = ""
        var cut = ""
        for index in name.indices {
            result += encoded(name[index], at: index, of: name)
            if result.utf8.count <= bytesMax - hashMark.utf8.count { cut = result }
            if result.utf8.count > bytesMax { return cut + hashMark }
        }
        return result
    }

    /// The folder name for an object of this name: ``sanitised(_:bytesMax:)``, and not a device.
    public static func ofFolder(_ name: String, bytesMax: Int = bytesMax) -> String {
        noDevice(sanitised(name, bytesMax: bytesMax))
    }

    /// The same name, unless it is a device on Windows, such as `con` and `Aux.csv`: then its first
    /// character is percent-encoded.
    ///
    /// - Parameter name: A name made of sanitized names, so that the result is unique.
    static func noDevice(_ name: String) -> String {
        guard let first = name.utf8.first, isDevice(name) else { return name }
        return "%" + CollectionOfOne(first).hexadecimal.uppercased() + name.dropFirst()
    }

    private static func isDevice(_ name: String) -> Bool {
        // Text after the first dot is ignored, as are spaces before it.
        var stem = name.prefix { $0 != "." }.lowercased()
        while stem.hasSuffix(" ") { stem.removeLast() }
        if ["con", "prn", "aux", "nul"].contains(stem) { return true }
        guard stem.hasPrefix("com") || stem.hasPrefix("lpt") else { return false }
        let port = stem.dropFirst(3)
        return port.count == 1 && port.allSatisfy("0123456789¹²³".contains)
    }

    /// The placeholder of an open file number in a name. Sanitized names cannot contain it.
    static let numberMark = "{{file_number}}"

    private static func encoded(
        _ character: Character, at index: String.Index, of name: String
    ) -> String {
        let scalars = name.unicodeScalars
        var result = ""
        var position = index
        for scalar in character.unicodeScalars {
            let isFirst = position == scalars.startIndex
            position = scalars.index(after: position)
            let isLast = position == scalars.endIndex
            if isKept(scalar, first: isFirst, last: isLast) {
                result.unicodeScalars.append(scalar)
            } else {
                for byte in String(scalar).utf8 {
                    result += "%" + CollectionOfOne(byte).hexadecimal.uppercased()
                }
            }
        }
        return result
    }

    private static func isKept(_ scalar: Unicode.Scalar, first: Bool, last: Bool) -> Bool {
        switch scalar {
        case "-", "_": return true
        case ".", " ": return !first && !last
        default: break
        }
        let isMark = [.nonspacingMark, .spacingMark, .enclosingMark]
            .contains(scalar.properties.generalCategory)
        return isSafe(scalar) && !(isMark && first)
    }

    /// Whether this scalar is safe within a name, although possibly not at its ends.
    static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        if ["-", "_", ".", " "].contains(scalar) { return true }
        guard !scalar.properties.isDefaultIgnorableCodePoint else { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark,
            .enclosingMark:
            return true
        default:
            return false
        }
    }

    private static func hash(of name: String) -> String {
        SHA256.hash(data: Data(name.utf8)).prefix(8).hexadecimal
    }
}

extension TableName {
    /// The usual notation: `name` in schema `public`, `schema.name` elsewhere.
    var qualified: String { schema == "public" ? name : schema + "." + name }
}
