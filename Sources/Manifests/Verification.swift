internal import Foundation

/// Reads a delivery on this machine again and compares it with its manifest.
///
/// - Parameters:
///   - path: The manifest; its files are in the same folder.
///   - sha256: See ``DeliveredManifest/check(sha256:)``.
/// - Throws: ``ManifestError`` if there is no valid manifest. Differences of files are not errors
///   but in the report.
public func verify(
    manifestAt path: String, sha256: String? = nil
) throws -> VerificationReport {
    let (folder, name) = LocalFolder.split(path)
    return try DeliveredManifest(name, in: folder, sha256: sha256).verify()
}

/// Verifies the delivery that a `latest.json` names; see ``verify(manifestAt:sha256:)``.
///
/// - Throws: ``ManifestError``, also if the delivery's manifest is not the expected one.
public func verify(
    latestAt path: String, sha256: String? = nil
) throws -> VerificationReport {
    let (folder, name) = LocalFolder.split(path)
    return try DeliveredManifest(latest: name, in: folder, sha256: sha256).verify()
}

extension LocalFolder {
    /// The folder that a file is in, and the file's name.
    public static func split(_ path: String) -> (folder: LocalFolder, name: String) {
        let url = URL(filePath: path)
        let folder = url.deletingLastPathComponent().path(percentEncoded: false)
        return (LocalFolder(folder), url.lastPathComponent)
    }
}
