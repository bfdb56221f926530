/// A secret of a worker, with the servers that it may be sent to.
///
/// Never shown: its description is its kind.
public enum Credential: Sendable, Equatable {
    /// A libpq connection string, which includes its server.
    case postgres(connection: String)
    case s3(S3Access)
    case sftp(SFTPAccess)
    case webhook(WebhookAccess)
    /// The ASCII-armored block of a public key, which is never sent.
    case pgp(publicKey: String)

    public var kind: CredentialKind {
        switch self {
        case .postgres: .postgres
        case .s3: .s3
        case .sftp: .sftp
        case .webhook: .webhook
        case .pgp: .pgp
        }
    }
}

/// What a credential is for.
public enum CredentialKind: String, Sendable, CaseIterable {
    case postgres, s3, sftp, webhook, pgp
}

/// Access to an S3-compatible service.
public struct S3Access: Sendable, Equatable {
    /// The addresses of services that may see the key, such as `https://minio.example:9000`; nil
    /// for Amazon's own.
    public let endpoint: PlacePattern?
    /// Nil for the worker's own credentials: from its variables, its profile, or its role.
    public let keys: Keys?
    /// A PEM file with the certificates to trust instead of the system's.
    public let caFile: String?

    /// An access key.
    public struct Keys: Sendable, Equatable {
        public let id: String
        public let secret: String
        public let sessionToken: String?

        public init(id: String, secret: String, sessionToken: String? = nil) {
            self.id = id
            self.secret = secret
            self.sessionToken = sessionToken
        }
    }

    public init(endpoint: PlacePattern?, keys: Keys?, caFile: String? = nil) {
        self.endpoint = endpoint
        self.keys = keys
        self.caFile = caFile
    }
}

/// How to log in to an SFTP server.
public struct SFTPAccess: Sendable, Equatable {
    /// The servers that may see the secret: `host`, of port 22, or `host:port`.
    public let host: PlacePattern
    public let login: Login

    public enum Login: Sendable, Equatable {
        case password(String)
        /// A key in PEM or OpenSSH form.
        case privateKey(String, passphrase: String?)
    }

    public init(host: PlacePattern, login: Login) {
        self.host = host
        self.login = login
    }

    /// Whether the secret may go to a server.
    public func allows(host name: String, port: Int) -> Bool {
        if port == 22, host.matches(name) { return true }
        let whole = name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)"
        return host.matches(whole)
    }
}

/// The URL and options of a webhook.
public struct WebhookAccess: Sendable, Equatable {
    /// `https://…` or `http://…`; may be a secret itself.
    public let url: String
    /// The key that signs messages; nil for no signature.
    public let key: String?
    /// Additional headers, by lower-case name.
    public let headers: [String: String]

    public init(url: String, key: String? = nil, headers: [String: String] = [:]) {
        self.url = url
        self.key = key
        self.headers = headers
    }

    /// The secret texts that messages must not repeat.
    public var secrets: [String] { [url] + [key].compactMap(\.self) + headers.values }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "a credential of kind \(kind.rawValue)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["kind": kind.rawValue]) }
}
