internal import Failpoints
internal import Formats
internal import Manifests
internal import NIOCore

/// Publishes into a bucket: copies the staged files to their visible keys, then puts the manifest
/// next to them.
///
/// A bucket has no folders to rename, so files may be visible before their manifest, and only the
/// manifest counts. Any number of processes may do this for the same publication concurrently: all
/// copy the same bytes, and the service accepts the manifest of one of them.
struct S3Publisher: Sendable {
    let client: S3Client
    let publication: Publication
    let manifest: Manifest
    let step: @Sendable (String) throws -> Void

    /// The location of a file's bytes.
    private enum Place {
        case published
        case staged(key: String, S3Object)
    }

    func publish() async throws {
        try step("publish.look")
        if try await !isPublished() { try await reveal() }
        if manifest.format.successFile {
            try reach("publish.before_success_file")
            try await client.put(key(Manifest.successFileName), ByteBuffer())
        }
        try reach("publish.before_latest")
        try await S3Latest(
            client: client, key: client.settings.prefix + publication.pathOfLatest,
            latest: publication.latest(manifest)
        ).put()
        await endCopies()
        try reach("publish.after_latest")
    }

    /// Checks that the files are staged and the location is free, and tests publishing there.
    func rehearse() async throws {
        if try await isPublished() { return }
        try await settled {
            try await refuseStrangers()
            _ = try await manifest.files.concurrently(atMost: 8) { try await place(of: $0) }
        }
        let parent = publication.folderComponents.dropLast().map { $0 + "/" }.joined()
        let shown = client.settings.prefix + parent
        let probe = S3Probe(client: client)
        await probe.sweep(shown)
        try await probe.run(
            in: "\(client.settings.prefix)\(S3Staging.name)/\(publication.run)/",
            showingIn: shown,
            inParts: manifest.files.contains { $0.bytes > client.copySizes.wholeLimit })
    }

    /// Aborts multipart copies of dead processes: they would be stored, and paid for, indefinitely.
    /// Those of running processes are no longer needed.
    private func endCopies() async {
        guard manifest.files.contains(where: { $0.bytes > client.copySizes.wholeMax }),
            let uploads = try? await client.uploads(under: key(""))
        else { return }
        for upload in uploads { try? await client.abort(upload) }
    }

    private func reveal() async throws {
        do {
            try await settled { try await assemble() }
        } catch let error where error is S3Failure || error is DestinationError {
            // Another process may have finished, and discarded the staging.
            guard try await isPublished() else { throw error }
            return
        }
        try reach("publish.before_manifest")
        try await putManifest()
        try reach("publish.after_manifest")
    }

    private func assemble() async throws {
        try await refuseStrangers()
        let files = manifest.files
        let places = try await files.concurrently(atMost: 8) { file in
            await Self.result { try await place(of: file) }
        }.map { try $0.get() }
        _ = try await files.indices.concurrently(atMost: 4) { index in
            try step("publish.move_file")
            if case .staged(let key, let object) = places[index] {
                try await copy(key, object, files[index])
            }
            if index == 0 { try reach("publish.first_file_moved") }
        }
        try step("publish.check")
        _ = try await files.concurrently(atMost: 8) { try await check($0) }
    }

    /// Checks again for some seconds if the location seems to be occupied.
    ///
    /// Some services do not replace objects atomically (rclone's writes into the visible file), so
    /// an object of another process of this publication may be seen incomplete.
    private func settled<Seen: Sendable>(
        _ look: () async throws -> Seen
    ) async throws -> Seen {
        for pause in [50, 100, 200, 400, 800, 1600] {
            do {
                return try await look()
            } catch DestinationError.alreadyPublished {
                try await Task.sleep(for: .milliseconds(pause))
            }
        }
        return try await look()
    }

    /// Whether the folder contains this manifest; throws if it contains another.
    func isPublished() async throws -> Bool {
        try await settled { try await holdsManifest() }
    }

    private func holdsManifest() async throws -> Bool {
        let found = try await client.get(
            key(Manifest.fileName), bytesMax: publication.manifest.count + (64 << 20))
        guard let found else { return false }
        if found == publication.manifest { return true }
        var existing = publication
        existing.manifest = found
        throw taken(by: "the manifest \(existing.manifestHash)")
    }

    private func taken(by existing: String) -> DestinationError {
        .alreadyPublished(
            destination: client.destination, folder: publication.folder, existing: existing,
            publishing: publication.manifestHash)
    }

    private func refuseStrangers() async throws {
        let known = Set(manifest.files.map { key($0.name) } + [key(Manifest.fileName)])
        let keys = try await client.keys(under: key(""))
        if keys.contains(where: { !known.contains($0) && $0 != key("") }) {
            throw taken(by: "files without a manifest")
        }
    }

    private func place(of file: Manifest.File) async throws -> Place {
        if try await isInPlace(file) { return .published }
        let source = publication.files.first { $0.name == file.name }
        let staged = S3Staging(client: client).key(
            run: publication.run, token: source?.stagedToken ?? publication.token,
            file: source?.stagedName ?? file.name)
        guard let object = try await client.head(staged) else {
            // Another process may have copied it and discarded the staging since the check.
            if try await isInPlace(file) { return .published }
            throw DestinationError.stagedFileMissing(
                destination: client.destination, run: publication.run, file: file.name)
        }
        guard object.bytes == file.bytes else {
            throw mismatch(file, "\(file.bytes) bytes", "\(object.bytes)")
        }
        if let sha256 = object.sha256, sha256 != file.sha256 {
            throw mismatch(file, "SHA-256 \(file.sha256)", sha256)
        }
        return .staged(key: staged, object)
    }

    /// Whether the file was already copied; throws if another is in its place.
    private func isInPlace(_ file: Manifest.File) async throws -> Bool {
        guard let object = try await client.head(key(file.name)) else { return false }
        if object.bytes == file.bytes, object.sha256 == file.sha256 { return true }
        throw taken(by: "files without a manifest")
    }

    private func copy(_ staged: String, _ object: S3Object, _ file: Manifest.File) async throws {
        do {
            try await client.copy(
                staged, object, to: key(file.name),
                headers: [(S3Object.sha256Header, file.sha256)])
        } catch let failure as S3Failure where failure.isMissing || failure.status == 412 {
            if try await isInPlace(file) { return }
            // Then the file is still staged.
            if failure.code == "NoSuchUpload" {
                throw DestinationError.unavailable(
                    destination: client.destination, path: client.path(key(file.name)),
                    reason: "its multipart copy was aborted by another client")
            }
            throw DestinationError.stagedFileMissing(
                destination: client.destination, run: publication.run, file: file.name)
        }
    }

    private func check(_ file: Manifest.File) async throws {
        guard try await isInPlace(file) else {
            throw DestinationError.stagedFileMissing(
                destination: client.destination, run: publication.run, file: file.name)
        }
    }

    private func putManifest() async throws {
        // Some services ignore the condition.
        if try await isPublished() { return }
        let body = ByteBuffer(bytes: publication.manifest)
        let type = [("content-type", "application/json")]
        do {
            try await client.putUnlessThere(key(Manifest.fileName), body, headers: type) {
                try await isPublished()
            }
        } catch let failure as S3Failure where failure.status == 412 {
            // It may be ours: from another process, or from a request with a lost answer.
            if try await !isPublished() { throw failure }
        }
    }

    private func key(_ file: String) -> String {
        "\(client.settings.prefix)\(publication.folder)/\(file)"
    }

    private func mismatch(
        _ file: Manifest.File, _ expected: String, _ actual: String
    ) -> DestinationError {
        .checksumMismatch(
            destination: client.destination, file: file.name, expected: expected, actual: actual)
    }

    private func reach(_ name: String) throws {
        Failpoint.reach(name)
        try step(name)
    }

    /// Of several failures, the first file's is reported, in whatever order they occur.
    private static func result<Value: Sendable>(
        _ work: () async throws -> Value
    ) async -> Result<Value, any Error> {
        do {
            return .success(try await work())
        } catch {
            return .failure(error)
        }
    }
}
