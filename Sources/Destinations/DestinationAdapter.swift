/// A place where deliveries go.
///
/// A delivery is a folder of files with a manifest. Its files are first *staged*, invisible to
/// readers, and then *published* atomically. Every implementation keeps this contract, and the
/// conformance suite tests it:
///
/// - **Nothing is visible before it is published.** Staging is private to a run and a token. A
///   worker that has lost its lease may continue writing, but only to files of its own token.
/// - **All or nothing.** A reader sees no folder, or a folder that is complete and matches its
///   manifest. This holds whenever a process or machine stops, at any step.
/// - **Publishing rolls forward and is idempotent.** It may be called again after a stop at any
///   step, and by several processes at once, as long as all pass the same publication. Each call
///   then succeeds, or throws without harm. Once published, it succeeds again for the same manifest
///   and throws `DestinationError.alreadyPublished` for another.
/// - **The success file comes last.** If the manifest's settings request it, an empty `.DONE`
///   becomes visible with the manifest, or after it.
/// - **The newest is named.** Next to the folder is `latest.json` (``LatestDelivery``). It names
///   the published delivery of the highest run next to it. It is written after that delivery is
///   visible, so the named delivery is complete, and never returns to an older one, even if several
///   are published concurrently. A resumed publication ensures it, too.
/// - **Durable when it returns.** Results of ``StagedFileWriter/finish()`` and ``publish(_:)``
///   survive a power failure.
/// - **Errors** are ``DestinationError``, which says whether a retry can help.
///
/// Methods do not block the calling task's thread.
public protocol DestinationAdapter: Sendable {
    /// Connects, and tests all operations of staging and publishing with a probe file: writes it,
    /// reads it back, renames it where no reader looks, and deletes it. Leaves no files behind;
    /// those of an interrupted test are removed by a test at least a day later.
    ///
    /// Does not retry, and waits only a few seconds for an answer.
    func test() async throws

    /// Opens a file in the staging of a delivery, replacing one of the same token.
    func stage(
        _ delivery: StagedDelivery, _ file: StagedFile
    ) async throws -> any StagedFileWriter

    /// Checks whether a publication would be rejected: inspects its location, and tries the
    /// operations of publishing there, as far as they can be undone. Call it before publishing is
    /// recorded, which cannot be undone.
    ///
    /// Changes nothing visible to readers.
    func rehearse(_ publication: Publication) async throws

    /// Makes the staged files and the manifest visible under the publication's folder.
    ///
    /// Files that are not in the manifest, or have another size, are rejected.
    func publish(_ publication: Publication) async throws

    /// Whether the manifest of a publication is visible. False if another one is in its place.
    ///
    /// Does not retry, like ``test()``.
    func isPublished(_ publication: Publication) async throws -> Bool

    /// The location of a publication's manifest, as text or as a path.
    func location(of publication: Publication) -> String

    /// Removes the staging of a run, except that of the given tokens. Does nothing if there is
    /// none. If any token is excepted, partially assembled publications stay, too.
    func discard(run: Int64, exceptTokens: Set<Int64>) async throws

    /// Removes only the staging of these tokens of a run. Does nothing if there is none.
    ///
    /// Safe for a worker that has lost the run without knowing it, as long as the tokens are not
    /// greater than its own: those of a new owner are.
    func discard(run: Int64, tokens: ClosedRange<Int64>) async throws

    /// The runs with anything left in staging, even an empty folder. Names that are not Ferry's are
    /// ignored.
    func stagedRuns() async throws -> Set<Int64>
}

extension DestinationAdapter {
    /// The manifest in the publication's folder.
    public func location(of publication: Publication) -> String {
        publication.folder + "/manifest.json"
    }
}

/// The staging of a file.
public struct StagedDelivery: Sendable, Hashable {
    public var run: Int64
    /// The token of the claim under which the file is written.
    public var token: Int64

    public init(run: Int64, token: Int64) {
        self.run = run
        self.token = token
    }
}

/// Writes one staged file. Used by one thread at a time; its calls block.
///
/// A writer that is released without ``finish()`` abandons its file.
public protocol StagedFileWriter: AnyObject, Sendable {
    /// Appends bytes, which are only read during the call. Most efficient in chunks of 256 KiB or
    /// more.
    ///
    /// - Throws: ``DestinationError``. Afterwards the file cannot be finished any more.
    func write(_ bytes: UnsafeRawBufferPointer) throws

    /// Makes the file durable and closes it. Call it once.
    ///
    /// - Throws: ``DestinationError``, also that of an earlier write.
    func finish() throws -> WrittenFile

    /// Closes and removes the file. Does nothing after ``finish()``.
    func abandon()

    /// Cancels a blocking call of another thread on this file, which then throws
    /// `CancellationError`, as do later ones. Never blocks. The file must still be abandoned.
    func cancel()
}

extension StagedFileWriter {
    /// A call without cancellable waits ends on its own.
    public func cancel() {}

    /// Appends bytes; see ``write(_:)-(UnsafeRawBufferPointer)``.
    public func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }
}

/// The contents of a staged file: its size and hash.
public struct WrittenFile: Sendable, Hashable {
    public var bytes: Int64
    /// In lowercase hexadecimal digits.
    public var sha256: String

    public init(bytes: Int64, sha256: String) {
        self.bytes = bytes
        self.sha256 = sha256
    }
}
