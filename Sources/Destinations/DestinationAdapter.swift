/// A place where deliveries go.
///
/// A delivery is a folder of files with a manifest. Its files are first *staged*, where no reader
/// looks, and then *published* all at once. Every implementation keeps this contract, and the
/// conformance suite tests it:
///
/// - **Nothing is visible before it is published.** Staging is private to a run and a token. A
///   worker that has lost its lease may go on writing, but only into files of its own token.
/// - **All or nothing.** A reader sees no folder, or a folder that is complete and matches its
///   manifest. This holds whenever a process or machine stops, at any step.
/// - **Publishing rolls forward and is idempotent.** It may be called again after a stop at any
///   step, and by several processes at once, as long as all pass the same publication. Each call
///   then succeeds, or throws and has done no harm. Once published, it succeeds again for the
///   same manifest and throws `DestinationError.alreadyPublished` for another.
/// - **The success file comes last.** Where the manifest's settings ask for one, an empty `.DONE`
///   becomes visible with the manifest, or after it.
/// - **The newest is named.** Beside the folder lies `latest.json` (``LatestDelivery``). It names
///   the delivery of the highest run, of those beside it that were published. It is written after
///   that is visible, so what it names is complete, and never goes back to an older one, also when
///   several are published at once. Whoever resumes a publication sees to it.
/// - **Durable when it returns.** What ``StagedFileWriter/finish()`` or ``publish(_:)`` reported
///   survives a power cut.
/// - **Errors** are ``DestinationError``, which says whether trying again can help.
///
/// Methods do not block the calling task's thread.
public protocol DestinationAdapter: Sendable {
    /// Connects, and does with a probe all that staging and publishing need: writes it, reads it
    /// back, shows it under another name where no reader looks, and deletes it. Leaves no file
    /// behind; what a test that broke off has left goes with one of a day later.
    ///
    /// Tries nothing twice, and waits no longer than some seconds for an answer.
    func test() async throws

    /// Opens a file in the staging of a delivery, replacing what the same token left there.
    func stage(
        _ delivery: StagedDelivery, _ file: StagedFile
    ) async throws -> any StagedFileWriter

    /// Finds out whether a publication would be refused: looks at the very place that it goes to,
    /// and tries there what publishing does, as far as that can be taken back. To be asked before
    /// publishing is decided on, as that cannot be taken back.
    ///
    /// Changes nothing that a reader sees.
    func rehearse(_ publication: Publication) async throws

    /// Makes the staged files and the manifest visible under the publication's folder.
    ///
    /// Files that the manifest does not name, or with another size, are refused.
    func publish(_ publication: Publication) async throws

    /// Whether the manifest of a publication is visible. Not where another one is in its place.
    ///
    /// Tries nothing twice, as ``test()``.
    func isPublished(_ publication: Publication) async throws -> Bool

    /// Where people find the manifest of a publication, in words or as a path.
    func location(of publication: Publication) -> String

    /// Removes the staging of a run, all but that of the given tokens. Does nothing where there
    /// is none. While any token is excepted, what a publication has begun to assemble stays too.
    func discard(run: Int64, exceptTokens: Set<Int64>) async throws

    /// Removes what was staged under these tokens of a run, nothing else. Does nothing where there
    /// is none.
    ///
    /// Safe for a worker that has lost the run without knowing it, as long as the tokens are not
    /// above its own: those of whoever took over are.
    func discard(run: Int64, tokens: ClosedRange<Int64>) async throws

    /// The runs of which anything is left in staging, be it an empty folder. Others than Ferry's
    /// own names are passed over.
    func stagedRuns() async throws -> Set<Int64>
}

extension DestinationAdapter {
    /// The manifest in the publication's folder.
    public func location(of publication: Publication) -> String {
        publication.folder + "/manifest.json"
    }
}

/// Whose staging a file goes to.
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
/// A writer that is let go without ``finish()`` abandons its file.
public protocol StagedFileWriter: AnyObject, Sendable {
    /// Appends bytes, which are only read during the call. Best in chunks of 256 KiB and more.
    ///
    /// - Throws: ``DestinationError``. Afterwards the file cannot be finished any more.
    func write(_ bytes: UnsafeRawBufferPointer) throws

    /// Makes the file durable and closes it. To be called once.
    ///
    /// - Throws: ``DestinationError``, also that of an earlier write.
    func finish() throws -> WrittenFile

    /// Closes and removes the file. Does nothing after ``finish()``.
    func abandon()

    /// Ends what another thread waits for in a call of this file, which then throws
    /// `CancellationError`, as later ones do. Never blocks. The file is still to be abandoned.
    func cancel()
}

extension StagedFileWriter {
    /// A call that waits for nothing that can be cancelled ends by itself.
    public func cancel() {}

    /// Appends bytes; see ``write(_:)-(UnsafeRawBufferPointer)``.
    public func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }
}

/// What was written to a staged file.
public struct WrittenFile: Sendable, Hashable {
    public var bytes: Int64
    /// In lowercase hexadecimal digits.
    public var sha256: String

    public init(bytes: Int64, sha256: String) {
        self.bytes = bytes
        self.sha256 = sha256
    }
}
