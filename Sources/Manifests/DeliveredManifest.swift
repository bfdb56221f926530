internal import Crypto
internal import Formats
internal import Foundation

/// The manifest of a delivery, and the folder of its files.
public struct DeliveredManifest {
    public let manifest: Manifest
    /// SHA-256 of its bytes, in lowercase hexadecimal digits.
    public let sha256: String
    /// Where it is, for messages.
    public var path: String { folder.path(of: name) }

    private let folder: any DeliveryFolder
    private let name: String

    /// Far more than a manifest of 100,000 tables needs.
    private static let bytesMax = 1 << 30

    /// Finds the manifest of a folder: its own, or that of the newest delivery according to its
    /// `latest.json`.
    ///
    /// - Parameter expected: That of the manifest's bytes; see ``check(sha256:)``.
    /// - Throws: ``ManifestError``, `missing` if there is neither; errors of the folder.
    public init(in folder: any DeliveryFolder, sha256 expected: String? = nil) throws {
        do {
            try self.init(Manifest.fileName, in: folder, sha256: expected)
        } catch let missing as ManifestError {
            guard case .missing = missing else { throw missing }
            do {
                try self.init(latest: LatestDelivery.fileName, in: folder, sha256: expected)
            } catch ManifestError.missing {
                throw missing
            }
        }
    }

    /// - Parameters:
    ///   - name: That of the manifest; for a `latest.json`, the delivery that it names.
    ///   - expected: That of the manifest's bytes; see ``check(sha256:)``.
    /// - Throws: ``ManifestError``; what the folder throws.
    public init(
        named name: String, in folder: any DeliveryFolder, sha256 expected: String? = nil
    ) throws {
        if name == LatestDelivery.fileName {
            try self.init(latest: name, in: folder, sha256: expected)
        } else {
            try self.init(name, in: folder, sha256: expected)
        }
    }

    init(_ name: String, in folder: any DeliveryFolder, sha256 expected: String?) throws {
        let bytes = try Self.bytes(of: name, in: folder)
        let hash = SHA256.hash(data: bytes).hexadecimal
        try Self.check(hash, folder.path(of: name), expected)
        try self.init(bytes, hash, name, in: folder)
    }

    init(latest name: String, in folder: any DeliveryFolder, sha256 expected: String?) throws {
        guard let latest = LatestDelivery(decoding: try Self.bytes(of: name, in: folder)) else {
            throw ManifestError.notALatest(path: folder.path(of: name))
        }
        let delivery = folder.folder(latest.folder)
        let path = delivery.path(of: Manifest.fileName)
        let bytes: Data
        do {
            bytes = try Self.bytes(of: Manifest.fileName, in: delivery)
        } catch ManifestError.missing {
            // There is a delivery, but `latest.json` is wrong.
            throw ManifestError.unreadable(path: path, reason: "no such file")
        }
        let hash = SHA256.hash(data: bytes).hexadecimal
        guard hash == latest.sha256 else {
            throw ManifestError.notTheLatest(path: path, expected: latest.sha256, actual: hash)
        }
        try Self.check(hash, path, expected)
        try self.init(bytes, hash, Manifest.fileName, in: delivery)
    }

    private init(
        _ bytes: Data, _ hash: String, _ name: String, in folder: any DeliveryFolder
    ) throws(ManifestError) {
        manifest = try Manifest(decoding: bytes)
        sha256 = hash
        self.name = name
        self.folder = folder
    }

    /// Checks that the manifest is the expected one.
    ///
    /// - Parameter expected: The SHA-256 of its bytes, in lowercase hexadecimal digits, from a
    ///   source that writers of the folder cannot change. Nil trusts the existing manifest.
    public func check(sha256 expected: String?) throws(ManifestError) {
        try Self.check(sha256, path, expected)
    }

    private static func check(
        _ hash: String, _ path: String, _ expected: String?
    ) throws(ManifestError) {
        if let expected, hash != expected {
            throw .notTheExpected(path: path, expected: expected, actual: hash)
        }
    }

    /// Reads the delivery again and compares it with the manifest.
    ///
    /// Every file is read once, in chunks: its size and SHA-256 are compared, and its rows counted,
    /// unless it is encrypted. Other files in the manifest's folder are reported as extra.
    ///
    /// - Throws: ``ManifestError`` if the folder cannot be listed; errors of the folder.
    ///   Differences of files are not errors but in the report.
    public func verify() throws -> VerificationReport {
        // First, so that a missing right to list the folder is reported immediately.
        let extra = try extraNames()
        var report = VerificationReport(manifest: manifest)
        for file in manifest.files {
            let check = FileCheck(of: file, format: manifest.format)
            report.findings += try check.findings(in: folder)
            report.notCounted += check.notCounted
            report.bytesRead += check.bytes
        }
        if manifest.format.successFile { report.findings += try successFileFindings() }
        report.findings += extra.map { .extra(file: $0) }
        return report
    }

    /// Names are compared by their bytes, as file systems do.
    private func extraNames() throws -> [String] {
        let known = Set((manifest.namesInFolder + [name]).map { Array($0.utf8) })
        do {
            return try folder.names().filter { !known.contains(Array($0.utf8)) }.sorted()
        } catch let error as DeliveryReadingError {
            throw error.asManifestError(at: folder.path(of: ""))
        }
    }

    private func successFileFindings() throws -> [VerificationReport.Finding] {
        let name = Manifest.successFileName
        var bytes: Int64 = 0
        do {
            try folder.read(name) { bytes += Int64($0.count) }
        } catch let error as DeliveryReadingError {
            return [error.finding(name)]
        }
        return bytes == 0 ? [] : [.long(file: name, expected: 0, actual: bytes)]
    }

    private static func bytes(of name: String, in folder: any DeliveryFolder) throws -> Data {
        var bytes = Data()
        do {
            try folder.read(name) { chunk in
                bytes.append(contentsOf: chunk)
                if bytes.count > bytesMax {
                    throw DeliveryReadingError.failed(reason: "it is larger than 1 GiB")
                }
            }
        } catch let error as DeliveryReadingError {
            throw error.asManifestError(at: folder.path(of: name))
        }
        return bytes
    }
}

extension DeliveryReadingError {
    /// - Parameter path: The unreadable path.
    fileprivate func asManifestError(at path: String) -> any Error {
        switch self {
        case .missing: ManifestError.missing(path: path)
        case .notARegularFile:
            ManifestError.unreadable(path: path, reason: "it is not a regular file")
        case .failed(let reason, let cause):
            cause ?? ManifestError.unreadable(path: path, reason: reason)
        }
    }
}
