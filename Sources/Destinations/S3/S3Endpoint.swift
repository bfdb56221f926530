internal import Foundation

/// The address of an S3 service: scheme, host, port, and a base path.
public struct S3Endpoint: Sendable, Equatable, CustomStringConvertible {
    let scheme: String
    /// With the port, unless it is the scheme's default.
    let host: String
    /// Empty, or `/` and plain names separated by `/`.
    let path: String

    /// - Returns: Nil for anything but an http or https address with only plain names after the
    ///   host.
    init?(_ text: String) {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
            let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https",
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        var path = parts.percentEncodedPath
        if path.hasSuffix("/") { path.removeLast() }
        // The signed path must be the sent path, whatever is in between.
        let names = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isPlain = names.allSatisfy {
            $0.wholeMatch(of: /[A-Za-z0-9_~.\-]+/) != nil && $0 != "." && $0 != ".."
        }
        guard isPlain else { return nil }
        self.scheme = scheme
        self.path = path
        let isUsual = parts.port == nil || parts.port == (scheme == "http" ? 80 : 443)
        self.host = isUsual ? host : "\(host):\(parts.port ?? 0)"
    }

    public var description: String { origin + path }

    /// Without the path.
    var origin: String { "\(scheme)://\(host)" }

    /// Whether it is one of Amazon's S3 itself: not, for example, a gateway of a customer account,
    /// whose name ends in the same way.
    var isAmazons: Bool {
        let service = #/s3(-fips|-accelerate)?(\.dualstack)?(\.[a-z]{2}(-[a-z]+)+-[0-9]+)?/#
        let domain = host.lowercased().hasSuffix(".cn") ? ".amazonaws.com.cn" : ".amazonaws.com"
        return scheme == "https" && path.isEmpty && host.lowercased().hasSuffix(domain)
            && host.lowercased().dropLast(domain.count).wholeMatch(of: service) != nil
    }

    /// Amazon's own of a region.
    init(region: String) {
        (scheme, path) = ("https", "")
        host = "s3.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
    }
}

extension String {
    /// Percent-encoded as AWS signs it: all but letters, digits, `-._~`, and `/` if it is kept.
    func uriEncoded(keepingSlashes: Bool = false) -> String {
        var encoded = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/") where keepingSlashes:
                encoded += "/"
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
