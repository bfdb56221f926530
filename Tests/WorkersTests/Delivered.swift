import Crypto
import Formats
import Foundation
import Manifests
import TestSupport
import Values

/// The contents of a destination's directory.
struct Delivered {
    let path: String

    /// Every file that a reader could see, by its path below the directory.
    var visible: [String] {
        files { !$0.hasPrefix(".staging") }
    }

    /// What is left of deliveries that were not published, or of their making.
    var staged: [String] {
        names.filter { $0.hasPrefix(".staging/") }.sorted()
    }

    var manifests: [String] {
        visible.filter { $0.hasSuffix("/" + Manifest.fileName) }
    }

    /// What the `latest.json` of this data export names, once it was seen to match.
    func latest(of export: String = "Daily customers") throws -> Int64 {
        guard let name = visible.first(where: { $0 == export + "/" + LatestDelivery.fileName })
        else { throw NotOneManifest(found: []) }
        let report = try verify(latestAt: path + "/" + name)
        guard report.findings.isEmpty else { throw DoesNotMatch(report: "\(report)") }
        return report.manifest.run
    }

    /// The SHA-256 of each visible file but the manifests and `latest.json`, by its name alone.
    var hashes: [String: String] {
        get throws {
            try Dictionary(
                visible.filter { name in
                    [Manifest.fileName, LatestDelivery.fileName]
                        .allSatisfy { !name.hasSuffix("/" + $0) }
                }.map { name in
                    let bytes = try Data(contentsOf: URL(filePath: path + "/" + name))
                    let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
                    return (String(name.split(separator: "/").last ?? ""), hash)
                }, uniquingKeysWith: { $0 + " and " + $1 })
        }
    }

    /// The one manifest there is, once it was seen to match its files.
    func manifest() throws -> Manifest {
        guard manifests.count == 1 else { throw NotOneManifest(found: manifests) }
        return try manifest(manifests[0])
    }

    /// The manifest of this run, once it was seen to match its files.
    func manifest(of run: Int64) throws -> Manifest {
        guard let name = manifests.first(where: { $0.contains("/run-\(run)/") }) else {
            throw NotOneManifest(found: manifests)
        }
        return try manifest(name)
    }

    private func manifest(_ name: String) throws -> Manifest {
        let report = try verify(manifestAt: path + "/" + name)
        guard report.findings.isEmpty else { throw DoesNotMatch(report: "\(report)") }
        return report.manifest
    }

    /// The lines of a run's file.
    func lines(of table: String, run: Int64) throws -> [String] {
        let manifest = try manifest(of: run)
        guard
            let file = manifest.files.first(where: {
                $0.table.map { "\($0.schema).\($0.name)" } == table
            }), let folder = manifests.first(where: { $0.contains("/run-\(run)/") })
        else { throw NotOneManifest(found: manifests) }
        let url = URL(filePath: path + "/" + folder).deletingLastPathComponent()
            .appending(path: file.name)
        return try String(contentsOf: url, encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    private var names: [String] {
        (try? FileManager.default.pathsBelow(path)) ?? []
    }

    private func files(where isWanted: (String) -> Bool) -> [String] {
        names.filter { name in
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(
                atPath: path + "/" + name, isDirectory: &isDirectory)
            return exists && !isDirectory.boolValue && isWanted(name)
        }.sorted()
    }

    struct NotOneManifest: Error {
        let found: [String]
    }

    struct DoesNotMatch: Error {
        let report: String
    }
}
