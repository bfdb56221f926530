internal import Failpoints
internal import Formats
internal import Foundation
internal import Manifests

/// Publishes into a file tree: assembles the delivery in staging, then renames it into place.
///
/// Any number of processes may do this for the same publication concurrently. Each step may already
/// have been done by another; the last, the rename, succeeds for only one of them.
struct FileTreePublisher {
    private let tree: any FileTree
    private let destination: String
    private let root: String
    private let publication: Publication
    private let manifest: Manifest
    private let step: (String) throws -> Void
    private let staging: FileTreeStaging
    private let deliveryPath: String
    private let finalPath: String

    init(
        tree: any FileTree, destination: String, root: String, publication: Publication,
        manifest: Manifest, step: @escaping (String) throws -> Void
    ) {
        self.tree = tree
        self.destination = destination
        self.root = root
        self.publication = publication
        self.manifest = manifest
        self.step = step
        staging = FileTreeStaging(tree: tree, root: root, run: publication.run)
        deliveryPath = staging.deliveryPath(manifestHash: publication.manifestHash)
        finalPath = root + "/" + publication.folder
    }

    func publish() throws {
        if try !isPublished() {
            do {
                try assemble()
                try reveal()
            } catch let error as DestinationError {
                // Another process may have renamed the delivery meanwhile, which has the same
                // result.
                guard try isPublished() else { throw error }
            }
        }
        try settle()
        try nameLatest()
    }

    /// Checks that the files are staged and the location is free, and tries to rename a folder
    /// there.
    func rehearse() throws {
        if try isPublished() { return }
        for file in manifest.files { try checkStaged(file) }
        var parent = root
        for component in publication.folderComponents.dropLast() {
            let path = parent + "/" + component
            guard let entry = try tree.entry(at: path) else { break }
            guard entry == .directory else {
                throw DestinationError.notAllowed(
                    destination: destination, path: path,
                    rule: "it is not a folder, but deliveries need a folder of that name. Move it "
                        + "away")
            }
            parent = path
        }
        let latest = root + "/" + publication.pathOfLatest
        if try tree.entry(at: latest) == .directory {
            throw DestinationError.notAllowed(
                destination: destination, path: latest,
                rule: "it is a folder, but the file of that name must name the newest delivery. "
                    + "Move it away")
        }
        let probe = FileTreeProbe(tree: tree, destination: destination)
        probe.sweep([parent])
        try probe.run(
            in: [FileTreeStaging.name, "\(publication.run)"], below: root, showingIn: parent)
    }

    private func checkStaged(_ file: Manifest.File) throws {
        let part = publication.files.first { $0.name == file.name }
        let folder = staging.path(token: part?.stagedToken ?? publication.token)
        switch try tree.entry(at: folder + "/" + (part?.stagedName ?? file.name)) {
        case .file(file.bytes): return
        case .file(let bytes):
            throw DestinationError.checksumMismatch(
                destination: destination, file: file.name, expected: "\(file.bytes) bytes",
                actual: "\(bytes)")
        default:
            throw DestinationError.stagedFileMissing(
                destination: destination, run: publication.run, file: file.name)
        }
    }

    /// Whether the folder contains this publication; throws if it contains anything else.
    func isPublished() throws -> Bool {
        func taken(by existing: String) -> DestinationError {
            .alreadyPublished(
                destination: destination, folder: publication.folder, existing: existing,
                publishing: publication.manifestHash)
        }
        guard let entry = try tree.entry(at: finalPath) else { return false }
        guard entry == .directory else { throw taken(by: "something that is not a folder") }
        let path = finalPath + "/" + Manifest.fileName
        guard case .file = try tree.entry(at: path) else {
            // Rename replaces an empty folder, so that one is not an obstacle.
            if try tree.names(in: finalPath).isEmpty { return false }
            throw taken(by: "files without a manifest")
        }
        var existing = publication
        existing.manifest = try tree.read(path)
        if existing.manifest == publication.manifest { return true }
        throw taken(by: "the manifest \(existing.manifestHash)")
    }

    private func assemble() throws {
        // A location that Ferry has never written to may be an empty mount point: then missing
        // files do not prove that they are gone.
        if try tree.entry(at: root + "/" + FileTreeStaging.name) == nil {
            throw DestinationError.notFound(
                destination: destination, path: root + "/" + FileTreeStaging.name,
                rule: "The directory with the staged files has been replaced. Check whether it is "
                    + "mounted")
        }
        try step("publish.create_parents")
        try tree.createDirectories(publication.folderComponents.dropLast(), below: root)
        try step("publish.create_delivery")
        try staging.createDelivery(manifestHash: publication.manifestHash)
        for (index, file) in publication.files.enumerated() {
            try step("publish.move_file")
            try move(file)
            if index == 0 { try reach("publish.first_file_moved") }
        }
        try reach("publish.before_manifest")
        try write(publication.manifest, to: Manifest.fileName)
        if manifest.format.successFile {
            try reach("publish.before_success_file")
            try write([], to: Manifest.successFileName)
        }
        try step("publish.check")
        try checkDelivery()
        try tree.synchronizeDirectories([deliveryPath], staging: staging)
    }

    private func move(_ file: Publication.File) throws {
        do {
            try place(
                staging.path(token: file.stagedToken) + "/" + file.stagedName,
                at: deliveryPath + "/" + file.name)
        } catch DestinationError.notFound {
            throw DestinationError.stagedFileMissing(
                destination: destination, run: publication.run, file: file.name)
        }
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        // Not written inside the delivery: another process may rename that at any moment, and
        // then a half-written file would be visible.
        let folder = try staging.create(token: publication.token)
        let temporary = folder + "/.new-" + UUID().uuidString
        try tree.createFile(temporary, bytes: bytes)
        defer { try? tree.remove(temporary) }
        try step("publish.move_new_file")
        try place(temporary, at: deliveryPath + "/" + name)
    }

    /// Moves a complete file into the delivery, unless it is already there.
    private func place(_ source: String, at target: String) throws {
        // The existing file is complete. The staged one may by now be a second attempt of a worker
        // that lost its lease.
        if try tree.entry(at: target) != nil { return }
        do {
            try tree.rename(source, to: target)
        } catch let error as DestinationError {
            // Another process may just have been faster.
            guard try tree.entry(at: target) != nil else { throw error }
        }
    }

    private func checkDelivery() throws {
        for file in manifest.files {
            let path = deliveryPath + "/" + file.name
            guard case .file(let size) = try tree.entry(at: path) else {
                throw DestinationError.stagedFileMissing(
                    destination: destination, run: publication.run, file: file.name)
            }
            guard size == file.bytes else {
                throw DestinationError.checksumMismatch(
                    destination: destination, file: file.name, expected: "\(file.bytes) bytes",
                    actual: "\(size)")
            }
        }
        let known = Set(manifest.namesInFolder)
        if let extra = try tree.names(in: deliveryPath).first(where: {
            !known.contains($0)
        }) {
            throw DestinationError.invalidPublication(
                destination: destination, run: publication.run,
                reason: "\"\(extra)\" is among its files but not in the manifest")
        }
    }

    private func reveal() throws {
        try reach("publish.before_rename")
        try tree.rename(deliveryPath, to: finalPath)
        try reach("publish.after_rename")
    }

    /// Makes the visible delivery durable, whichever process published it, and cleans up.
    private func settle() throws {
        var path = root
        var folders = [root]
        for component in publication.folderComponents {
            path += "/" + component
            folders.append(path)
        }
        try tree.synchronizeDirectories(folders.reversed(), staging: staging)
        // Left over if another process was faster. Discarding the run's staging removes it, too, so
        // an error here does not fail the publication.
        try? tree.remove(deliveryPath)
    }

    private func nameLatest() throws {
        let path = root + "/" + publication.pathOfLatest
        try reach("publish.before_latest")
        try tree.replaceFile(
            path, with: publication.latest(manifest).encoded(), staging: staging
        ) { LatestDelivery(decoding: $0)?.run ?? -1 }
        let parent = ([root] + publication.folderComponents.dropLast()).joined(separator: "/")
        try tree.synchronizeDirectories([parent], staging: staging)
        try reach("publish.after_latest")
    }

    private func reach(_ name: String) throws {
        Failpoint.reach(name)
        try step(name)
    }
}
