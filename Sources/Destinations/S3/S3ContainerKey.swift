internal import Credentials
internal import Foundation

/// An access key for the role of a container, from an agent on its host, as in ECS and EKS Pod
/// Identity.
struct S3ContainerKey: S3KeyProvider {
    let destination: String
    let url: String
    let environment: [String: String]

    /// - Parameter host: The address of the ECS agent.
    /// - Returns: Nil if the worker's environment names no agent.
    init?(
        destination: String, environment: [String: String], host: String = "http://169.254.170.2"
    ) {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            url = host + (path.hasPrefix("/") ? path : "/" + path)
        } else if let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            url = full
        } else {
            return nil
        }
        self.destination = destination
        self.environment = environment
    }

    func credentials() async throws -> S3Credentials? {
        guard Self.isAllowed(url) else {
            throw unavailable(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI must be an https address, or an http address "
                    + "of this machine, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]")
        }
        let headers = try token().map { [("authorization", $0)] } ?? []
        return try await S3KeyRequest(
            destination: destination, operation: "container credentials", url: url,
            headers: headers
        ).send(as: S3IssuedKey.self).credentials
    }

    /// The token for the agent. Read each time, as it changes.
    private func token() throws -> String? {
        let text: String
        if let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            guard let bytes = FileManager.default.contents(atPath: path) else {
                throw unavailable(
                    "this worker cannot read \(path) of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
            }
            text = String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        } else if let token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] {
            text = token
        } else {
            return nil
        }
        guard text.utf8.allSatisfy({ 0x20...0x7e ~= $0 }) else {
            throw unavailable("the token for AWS_CONTAINER_CREDENTIALS_… must be one line")
        }
        return text
    }

    /// Whether the token may be sent there, by the rule of Amazon's own tools: encrypted, or to
    /// this machine or to addresses reserved for agents.
    static func isAllowed(_ url: String) -> Bool {
        guard let parts = URLComponents(string: url), let host = parts.host?.lowercased(),
            !host.isEmpty, parts.user == nil, parts.password == nil
        else { return false }
        switch parts.scheme?.lowercased() {
        case "https": return true
        case "http":
            let name = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
            return ["localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
                .contains(name)
                || name.wholeMatch(of: /127(\.[0-9]{1,3}){3}/) != nil
        default: return false
        }
    }

    private func unavailable(_ reason: String) -> DestinationError {
        .credentialUnavailable(destination: destination, CredentialUnavailable(reason))
    }
}
