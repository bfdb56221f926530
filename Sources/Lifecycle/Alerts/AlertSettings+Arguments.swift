import Foundation

// What `create_alert` and `edit_alert` ask for.
extension AlertSettings {
    /// ``retrySecondsMax`` unless it is given: a day.
    public static let retrySecondsDefault: Int64 = 86_400
    private static let retrySecondsLimit: Int64 = 604_800
    private static let runtimeSecondsLimit: Int64 = 31_536_000

    /// - Throws: A ``Rejection`` that names the alert, the rule and what is allowed.
    init(_ given: Arguments, of alert: Name) throws(Rejection) {
        let check = AlertCheck(alert: alert)
        on = try check.events(try given.strings("on"))
        runtimeSecondsMax = try given.optionalInteger("runtime_seconds_max")
        url = try given.optionalString("url")
        secret = try given.optionalString("secret")
        headers = try check.headers(try given.optionalObject("headers"))
        program = given["program"] == nil ? nil : try given.strings("program")
        retrySecondsMax =
            try given.optionalInteger("retry_seconds_max") ?? Self.retrySecondsDefault

        if on.contains(.runtime) != (runtimeSecondsMax != nil) {
            throw check.invalid(
                "\"runtime\" and runtime_seconds_max go together",
                hint: "give both, or neither: {\"on\": [\"runtime\"], "
                    + "\"runtime_seconds_max\": 7200}")
        }
        try check.range(runtimeSecondsMax, 1, Self.runtimeSecondsLimit, "runtime_seconds_max")
        try check.range(retrySecondsMax, 0, Self.retrySecondsLimit, "retry_seconds_max")
        if (url != nil) == (program != nil) {
            throw check.invalid(
                "choose exactly one of: url, program",
                hint: "url posts to a web server, program runs a program beside a worker")
        }
        if let url { try check.url(url) }
        if let program { try check.program(program) }
        if program != nil, secret != nil || headers != nil {
            throw check.invalid(
                "secret and headers go with url only", hint: "leave them out of a program's alert")
        }
        if let secret { try check.secret(secret) }
    }
}

/// Checks the arguments of one alert.
private struct AlertCheck {
    let alert: Name

    private static let headersMax = 20
    private static let programArgumentsMax = 64
    private static let programArgumentCharactersMax = 4096
    /// What a secret must be called that is sent to others.
    private static let sentPrefix = "ferry_alert_"

    func invalid(_ rule: String, hint: String) -> Rejection {
        Rejection(.invalidAlert, "alert \(quoted(alert.text)): \(rule)", hint: hint)
    }

    func range(
        _ value: Int64?, _ least: Int64, _ most: Int64, _ argument: String
    ) throws(Rejection) {
        guard let value, !(least...most).contains(value) else { return }
        throw invalid(
            "\(argument) must be \(least) to \(most), was \(value)", hint: "it is in seconds")
    }

    func events(_ names: [String]) throws(Rejection) -> [AlertEvent] {
        let known = AlertEvent.allCases.map(\.rawValue).joined(separator: ", ")
        for name in names where AlertEvent(rawValue: name) == nil {
            throw invalid("it cannot tell of \(quoted(name))", hint: "\"on\" takes: \(known)")
        }
        let events = AlertEvent.allCases.filter { names.contains($0.rawValue) }
        if events.isEmpty {
            throw invalid("\"on\" names nothing to tell of", hint: "\"on\" takes: \(known)")
        }
        return events
    }

    // Wrong URLs, secrets and headers are not repeated: they may hold a password.

    func url(_ text: String) throws(Rejection) {
        if Command.isSecretReference(text) { return }
        let parts = URLComponents(string: text)
        guard let parts, ["https", "http"].contains(parts.scheme?.lowercased()),
            parts.host?.isEmpty == false, text.utf8.allSatisfy({ 0x21...0x7e ~= $0 })
        else {
            throw invalid(
                "url must be https://… or http://…, or refer to a secret that is such a URL: "
                    + "env:NAME or file:/absolute/path",
                hint: "write a whole URL, other characters in it percent-encoded")
        }
        if parts.user != nil || parts.password != nil {
            throw invalid(
                "url must hold no user name and no password",
                hint: "put the whole URL into an environment variable or a file of the workers "
                    + "and name it here, or use headers")
        }
    }

    func secret(_ text: String) throws(Rejection) {
        if Command.isSecretReference(text) { return }
        throw invalid(
            "secret must be a reference to a secret: env:NAME or file:/absolute/path",
            hint: "put the key into an environment variable or a file of the workers and name "
                + "it here")
    }

    func headers(_ given: [String: JSONValue]?) throws(Rejection) -> [String: String]? {
        guard let given, !given.isEmpty else { return nil }
        if given.count > Self.headersMax {
            throw invalid(
                "it has \(given.count) headers, at most \(Self.headersMax) are allowed",
                hint: "leave some out")
        }
        var headers: [String: String] = [:]
        for (name, value) in given.sorted(by: { $0.key < $1.key }) {
            let lower = name.lowercased()
            if !Self.isFieldName(name) || Self.isOurs(lower) || headers[lower] != nil {
                throw invalid(
                    "the header \(quoted(name)) cannot be set",
                    hint: "a name has letters, digits and hyphens and is given once; those of "
                        + "HTTP itself and webhook-… are Ferry's")
            }
            guard case .string(let text) = value, Self.maySend(text) else {
                throw invalid(
                    "the value of the header \(quoted(name)) must refer to a secret that is "
                        + "meant to be sent: env:FERRY_ALERT_… or file:/…/ferry_alert_…",
                    hint: "give the variable or file of the workers such a name")
            }
            headers[lower] = text
        }
        return headers
    }

    func program(_ words: [String]) throws(Rejection) {
        guard let path = words.first, path.hasPrefix("/") else {
            throw invalid(
                "program must begin with the absolute path of a program",
                hint: "for example [\"/usr/local/bin/page\", \"--urgent\"]; arguments follow")
        }
        if words.count > Self.programArgumentsMax
            || words.contains(where: {
                $0.unicodeScalars.count > Self.programArgumentCharactersMax
                    || $0.unicodeScalars.contains("\0")
            })
        {
            throw invalid(
                "program has more than \(Self.programArgumentsMax) words, or one longer than "
                    + "\(Self.programArgumentCharactersMax) characters, or one with a character "
                    + "that no argument can have",
                hint: "let the program read the rest from a file")
        }
    }

    private static func isFieldName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"): true
                default: false
                }
            }
    }

    private static func isOurs(_ name: String) -> Bool {
        name.hasPrefix("webhook-")
            || [
                "connection", "content-length", "content-type", "expect", "host", "te",
                "trailer", "transfer-encoding", "upgrade", "user-agent",
            ].contains(name)
    }

    /// Whether a secret may leave the worker: a reference that names any other, the database's
    /// password for example, would let it out.
    private static func maySend(_ reference: String) -> Bool {
        guard Command.isSecretReference(reference) else { return false }
        let name =
            reference.hasPrefix("env:")
            ? reference.dropFirst("env:".count)
            : reference.split(separator: "/").last ?? ""
        return name.lowercased().hasPrefix(sentPrefix)
    }
}
