internal import Crypto
internal import Formats
internal import Foundation

/// Reads a delivery again and compares it with its manifest.
///
/// Every file is read once, in chunks of 1 MiB: its size and SHA-256 are compared, and its rows
/// counted, unless it is encrypted. Whatever else lies in the manifest's folder is reported as
/// extra.
///
/// - Parameters:
///   - path: The manifest; its files are looked for in the same folder.
///   - sha256: That of the manifest's bytes, in lowercase hexadecimal digits, from a source that
///     who can write beside the files cannot change. Nil trusts the manifest that is there.
/// - Throws: ``ManifestError`` when there is no manifest to go by. What is wrong with the files is
///   not an error but in the report.
public func verify(
    manifestAt path: String, sha256: String? = nil
) throws(ManifestError) -> VerificationReport {
    let bytes = try manifestBytes(at: path)
    let hash = SHA256.hash(data: bytes).hexadecimal
    if let sha256, hash != sha256 {
        throw .notTheExpected(path: path, expected: sha256, actual: hash)
    }
    return try verify(Manifest(decoding: bytes), at: path)
}

private func verify(
    _ manifest: Manifest, at path: String
) throws(ManifestError) -> VerificationReport {
    let url = URL(filePath: path)
    let folder = url.deletingLastPathComponent().path(percentEncoded: false)
    var report = VerificationReport(manifest: manifest, findings: [], bytesRead: 0)
    for file in manifest.files {
        let check = FileCheck(of: file, format: manifest.format)
        report.findings += check.findings(at: folder + "/" + file.name)
        report.notCounted += check.notCounted
        report.bytesRead += check.bytes
    }
    if manifest.format.successFile {
        report.findings += successFileFindings(in: folder)
    }
    let names: [String]
    do {
        names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
        throw .unreadable(path: folder, reason: "its folder cannot be listed")
    }
    let known = Set(manifest.namesInFolder + [url.lastPathComponent])
    for name in names.sorted() where !known.contains(name) {
        report.findings.append(.extra(file: name))
    }
    return report
}

/// Verifies the delivery that a `latest.json` names; see ``verify(manifestAt:sha256:)``.
///
/// - Throws: ``ManifestError``, also when the delivery's manifest is not the one that is meant.
public func verify(
    latestAt path: String, sha256: String? = nil
) throws(ManifestError) -> VerificationReport {
    guard let latest = LatestDelivery(decoding: try manifestBytes(at: path)) else {
        throw .notALatest(path: path)
    }
    let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    let manifestPath = folder + "/" + latest.manifestPath
    let bytes = try manifestBytes(at: manifestPath)
    let hash = SHA256.hash(data: bytes).hexadecimal
    guard hash == latest.sha256 else {
        throw .notTheLatest(path: manifestPath, expected: latest.sha256, actual: hash)
    }
    if let sha256, hash != sha256 {
        throw .notTheExpected(path: manifestPath, expected: sha256, actual: hash)
    }
    return try verify(Manifest(decoding: bytes), at: manifestPath)
}

/// The manifest that ``verify(manifestAt:sha256:)`` or, where the path is that of a `latest.json`,
/// ``verify(latestAt:sha256:)`` goes by, before anything of it was compared.
///
/// - Throws: ``ManifestError``.
public func manifest(at path: String) throws(ManifestError) -> Manifest {
    guard URL(filePath: path).lastPathComponent == LatestDelivery.fileName else {
        return try Manifest(decoding: try manifestBytes(at: path))
    }
    guard let latest = LatestDelivery(decoding: try manifestBytes(at: path)) else {
        throw .notALatest(path: path)
    }
    let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    return try Manifest(decoding: try manifestBytes(at: folder + "/" + latest.manifestPath))
}

private func successFileFindings(in folder: String) -> [VerificationReport.Finding] {
    let name = Manifest.successFileName
    var bytes: Int64 = 0
    do {
        try readFile(at: folder + "/" + name) { bytes += Int64($0.count) }
    } catch FileReadingError.missing {
        return [.missing(file: name)]
    } catch FileReadingError.failed(let reason) {
        return [.unreadable(file: name, reason: reason)]
    } catch {
        return [.notAFile(file: name)]
    }
    return bytes == 0 ? [] : [.long(file: name, expected: 0, actual: bytes)]
}

/// Far more than the manifest of 100,000 tables needs.
private let manifestBytesMax = 1 << 30

private func manifestBytes(at path: String) throws(ManifestError) -> Data {
    var bytes = Data()
    do {
        try readFile(at: path) { chunk in
            bytes.append(contentsOf: chunk)
            if bytes.count > manifestBytesMax {
                throw FileReadingError.failed(reason: "it is larger than 1 GiB")
            }
        }
    } catch FileReadingError.missing {
        throw .unreadable(path: path, reason: "there is no such file")
    } catch FileReadingError.failed(let reason) {
        throw .unreadable(path: path, reason: reason)
    } catch {
        throw .unreadable(path: path, reason: "it is not a regular file")
    }
    return bytes
}
