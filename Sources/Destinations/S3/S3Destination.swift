public import Credentials
internal import Foundation

/// A destination that is a bucket of Amazon S3, or of an S3-compatible service, and a key prefix.
///
/// Files may be seen before their manifest; only a delivery with a manifest counts.
public struct S3Destination: DestinationAdapter {
    private let client: S3Client
    private let step: @Sendable (String) throws -> Void

    /// - Parameters:
    ///   - name: The name under which it is configured, for messages.
    ///   - credentials: Those of this worker.
    public init(name: String, settings: S3Settings, credentials: WorkerCredentials) {
        self.init(
            client: S3Client(destination: name, settings: settings, credentials: credentials)
        ) { _ in }
    }

    /// - Parameter step: Called before each step of publishing that changes something; if it
    ///   throws, publishing ends there, as in a crash.
    init(client: S3Client, step: @escaping @Sendable (String) throws -> Void) {
        self.client = client
        self.step = step
    }

    public func test() async throws {
        let client = client.impatient
        try await convertingErrors {
            let staging = S3Staging(client: client)
            await staging.sweepProbes()
            // Not where deliveries become visible: a run tests that before it publishes, and
            // listeners for new objects there should not be triggered needlessly.
            try await S3Probe(client: client).run(in: staging.root, showingIn: staging.root)
        }
    }

    public func stage(
        _ delivery: StagedDelivery, _ file: StagedFile
    ) async throws -> any StagedFileWriter {
        guard isPlainName(file.name) else {
            throw DestinationError.invalidPublication(
                destination: client.destination, run: delivery.run,
                reason: "\"\(file.name)\" is not a plain name")
        }
        let key = S3Staging(client: client).key(
            run: delivery.run, token: delivery.token, file: file.name)
        return S3FileWriter(client: client, key: key)
    }

    public func rehearse(_ publication: Publication) async throws {
        try await publishing(publication, client) { try await $0.rehearse() }
    }

    public func publish(_ publication: Publication) async throws {
        try await publishing(publication, client) { try await $0.publish() }
    }

    public func isPublished(_ publication: Publication) async throws -> Bool {
        do {
            return try await publishing(publication, client.impatient) {
                try await $0.isPublished()
            }
        } catch DestinationError.alreadyPublished {
            return false
        }
    }

    private func publishing<Value: Sendable>(
        _ publication: Publication, _ client: S3Client, _ work: (S3Publisher) async throws -> Value
    ) async throws -> Value {
        let manifest = try publication.checkedManifest(destination: client.destination)
        return try await convertingErrors {
            try await work(
                S3Publisher(
                    client: client, publication: publication, manifest: manifest, step: step))
        }
    }

    public func discard(run: Int64, exceptTokens: Set<Int64>) async throws {
        try await convertingErrors {
            try await S3Staging(client: client).remove(run: run) { token in
                token.map { !exceptTokens.contains($0) } ?? true
            }
        }
    }

    public func discard(run: Int64, tokens: ClosedRange<Int64>) async throws {
        try await convertingErrors {
            try await S3Staging(client: client).remove(run: run) { token in
                token.map(tokens.contains) ?? false
            }
        }
    }

    public func stagedRuns() async throws -> Set<Int64> {
        try await convertingErrors {
            await S3Staging(client: client).sweepProbes()
            return try await S3Staging(client: client).runs()
        }
    }

    /// Converts failures of S3 to a destination's errors.
    private func convertingErrors<Value>(
        _ work: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await work()
        } catch let failure as S3Failure {
            throw failure.asDestinationError(of: client.destination)
        }
    }
}

extension S3Client {
    /// - Parameter key: The key of the request.
    func asDestinationError(_ error: any Error, _ key: String) -> DestinationError {
        switch error {
        case let error as DestinationError: error
        case let failure as S3Failure: failure.asDestinationError(of: destination)
        default:
            .unavailable(
                destination: destination, path: path(key),
                reason: error is CancellationError ? "it was cancelled" : "\(error)")
        }
    }
}
