internal import Failpoints
internal import Foundation
internal import Manifests

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Publishes into a directory: assembles the delivery in staging, then renames it into place.
///
/// Any number of processes may do this for the same publication at once. Each step is one that
/// another may have done already; the last, the rename, succeeds for one of them only.
struct DirectoryPublisher {
    private let destination: String
    private let root: String
    private let publication: Publication
    private let manifest: Manifest
    private let step: (String) throws -> Void
    private let staging: DirectoryStaging
    private let deliveryPath: String
    private let finalPath: String

    init(
        destination: String, root: String, publication: Publication, manifest: Manifest,
        step: @escaping (String) throws -> Void
    ) {
        self.destination = destination
        self.root = root
        self.publication = publication
        self.manifest = manifest
        self.step = step
        staging = DirectoryStaging(root: root, run: publication.run)
        deliveryPath = staging.deliveryPath(manifestHash: publication.manifestHash)
        finalPath = root + "/" + publication.folder
    }

    func publish() throws {
        if try !isPublished() {
            do {
                try assemble()
                try reveal()
            } catch let error where error is SystemCallError || error is DestinationError {
                // Another process may have renamed the delivery away under our hands, which is
                // as good as having done it ourselves.
                guard try isPublished() else { throw error }
            }
        }
        try settle()
    }

    /// Whether the folder holds this very publication; throws if it holds anything else.
    private func isPublished() throws -> Bool {
        func taken(by existing: String) -> DestinationError {
            .alreadyPublished(
                destination: destination, folder: publication.folder, existing: existing,
                publishing: publication.manifestHash)
        }
        guard let kind = try FileSystem.kind(of: finalPath) else { return false }
        guard kind == S_IFDIR else { throw taken(by: "something that is not a folder") }
        let path = finalPath + "/" + Manifest.fileName
        guard try FileSystem.size(of: path) != nil else {
            // Rename replaces an empty folder, so that one is not in the way.
            if try FileSystem.names(in: finalPath).isEmpty { return false }
            throw taken(by: "files without a manifest")
        }
        var existing = publication
        existing.manifest = try FileSystem.read(path)
        if existing.manifest == publication.manifest { return true }
        throw taken(by: "the manifest \(existing.manifestHash)")
    }

    private func assemble() throws {
        try step("publish.create_parents")
        try FileSystem.createDirectories(publication.folderComponents.dropLast(), below: root)
        try step("publish.create_delivery")
        try staging.createDelivery(manifestHash: publication.manifestHash)
        for (index, file) in publication.files.enumerated() {
            try step("publish.move_file")
            try move(file)
            if index == 0 { try reach("publish.first_file_moved") }
        }
        try reach("publish.before_manifest")
        try writeManifest()
        try step("publish.check")
        try checkDelivery()
        try FileSystem.synchronizeDirectory(deliveryPath)
    }

    private func move(_ file: Publication.File) throws {
        let target = deliveryPath + "/" + file.name
        // What is there is complete. What lies in staging by now may be a zombie's second try.
        if try FileSystem.kind(of: target) != nil { return }
        do {
            try FileSystem.rename(
                staging.path(token: file.stagedToken) + "/" + file.stagedName, to: target)
        } catch let error as SystemCallError where error.code == ENOENT {
            if try FileSystem.kind(of: target) != nil { return }
            throw DestinationError.stagedFileMissing(
                destination: destination, run: publication.run, file: file.name)
        }
    }

    private func writeManifest() throws {
        // Not written inside the delivery: another process may rename that at any moment, and
        // then a half-written file would be visible.
        let folder = try staging.create(token: publication.token)
        let temporary = folder + "/.manifest-" + UUID().uuidString
        try FileSystem.createFile(temporary, bytes: publication.manifest)
        do {
            try step("publish.move_manifest")
            try FileSystem.rename(temporary, to: deliveryPath + "/" + Manifest.fileName)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private func checkDelivery() throws {
        for file in manifest.files {
            let path = deliveryPath + "/" + file.name
            guard let size = try FileSystem.size(of: path) else {
                throw DestinationError.stagedFileMissing(
                    destination: destination, run: publication.run, file: file.name)
            }
            guard size == file.bytes else {
                throw DestinationError.checksumMismatch(
                    destination: destination, file: file.name, expected: "\(file.bytes) bytes",
                    actual: "\(size)")
            }
        }
        let known = Set(manifest.files.map(\.name) + [Manifest.fileName])
        if let stranger = try FileSystem.names(in: deliveryPath).first(where: {
            !known.contains($0)
        }) {
            throw DestinationError.invalidPublication(
                destination: destination, run: publication.run,
                reason: "\"\(stranger)\" lies among its files and is not in the manifest")
        }
    }

    private func reveal() throws {
        try reach("publish.before_rename")
        try FileSystem.rename(deliveryPath, to: finalPath)
        try reach("publish.after_rename")
    }

    /// Makes what is visible durable, whoever made it visible, and tidies up.
    private func settle() throws {
        var path = root
        var folders = [root]
        for component in publication.folderComponents {
            path += "/" + component
            folders.append(path)
        }
        for folder in folders.reversed() { try FileSystem.synchronizeDirectory(folder) }
        // Left over where another process was faster. Discarding the run's staging removes it as
        // well, so a failure here is no failure of the publication.
        try? FileSystem.remove(deliveryPath)
    }

    private func reach(_ name: String) throws {
        Failpoint.reach(name)
        try step(name)
    }
}
