import ArgumentParser
import Credentials
import Destinations
import Foundation
import Manifests
import Values

/// How to access the location of a delivery.
struct PlaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The credential to read the delivery with.", valueName: "name"),
        completion: .names(of: .anyCredential))
    var credential: String?

    @Option(
        help: ArgumentHelp(
            "A YAML file of credentials by name, or a directory with a file for each; "
                + "repeatable.", valueName: "path"),
        completion: .file())
    var credentials: [String] = []

    @OptionGroup var settings: SettingsOptions

    /// Whether options were given that only remote locations need.
    var isGiven: Bool {
        get throws { try credential != nil || settings.optional != nil }
    }

    /// - Throws: ``Failure``
    func known() throws -> WorkerCredentials {
        let known = WorkerCredentials(
            paths: credentials.map { URL(filePath: $0).path(percentEncoded: false) },
            owner: "this program")
        do throws(CredentialProblem) {
            try known.check()
        } catch {
            throw Failure(.usage, "--credentials: \(error)")
        }
        return known
    }

    /// Opens the folder that a delivery is in.
    ///
    /// - Returns: The folder, with the name of the manifest, or `latest.json`, if it is known.
    /// - Throws: ``Failure``, `SettingsError`, `DestinationError`.
    func open(
        _ address: DeliveryAddress
    ) async throws -> (folder: any DeliveryFolder, file: String?) {
        switch address {
        case .local(let path):
            guard try !isGiven else {
                throw Failure(.usage, "--credential and --setting apply only to remote deliveries")
            }
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                isFolder.boolValue
            {
                return (LocalFolder(path), nil)
            }
            let (folder, name) = LocalFolder.split(path)
            return (folder, name)
        case .folder(let kind, let path, let file, let members, let sandbox):
            let credentials = try known()
            var members = try merged(members)
            if kind == "s3" { try await addEndpoint(to: &members, credentials) }
            guard
                let folder = try DestinationKind(rawValue: kind)?.openFolder(
                    path, of: kind, settings: Self.json(members), credentials: credentials,
                    sandbox: sandbox)
            else {
                throw Failure(.usage, "cannot read deliveries of kind \"\(kind)\"")
            }
            return (folder, file)
        case .tables:
            throw Failure(.internalError, "tables are in no folder")
        }
    }

    /// - Throws: ``Failure``, `SettingsError`.
    func tables(of run: Int64, _ members: [String: JSONValue]) throws -> PostgresDelivery {
        try PostgresDelivery(
            of: run, at: "postgres", settings: Self.json(merged(members)), credentials: known())
    }

    /// Options of the command line take precedence.
    private func merged(_ members: [String: JSONValue]) throws -> [String: JSONValue] {
        var given: [String: JSONValue] = [:]
        if case .object(let object)? = try settings.optional { given = object }
        if let credential {
            guard given["credential"] == nil else {
                throw Failure(.usage, "give --credential, or the setting \"credential\", not both")
            }
            given["credential"] = .string(credential)
        }
        return members.merging(given) { $1 }
    }

    /// A credential for one endpoint names that endpoint.
    private func addEndpoint(
        to members: inout [String: JSONValue], _ credentials: WorkerCredentials
    ) async throws {
        guard members["endpoint"] == nil, case .string(let name)? = members["credential"] else {
            return
        }
        do throws(CredentialUnavailable) {
            if let endpoint = try await credentials.s3(name).endpoint, endpoint.isOnePlace {
                members["endpoint"] = .string(endpoint.description)
            }
        } catch {
            throw Failure(.usage, error.description)
        }
    }

    private static func json(_ members: [String: JSONValue]) throws -> Data {
        Data(JSONValue.object(members).text.utf8)
    }
}
