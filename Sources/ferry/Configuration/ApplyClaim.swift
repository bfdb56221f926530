import Foundation
import Postgres

/// The exclusive right to apply configuration files to an environment.
///
/// A connection of its own holds and renews it. It ends with the process, or 30 seconds after the
/// last renewal.
actor ApplyClaim {
    private let environment: String
    private let token = UUID().uuidString
    private var connection: Connection
    private var renewedAt = ContinuousClock.now
    private var renewing: Task<Void, Never>?
    private var commands = 0

    /// The maximum age at which a command is sent. Well below the 30 seconds that the claim is
    /// valid.
    private static let age = Duration.seconds(10)

    /// - Throws: ``Failure`` or `PostgresError` if another apply is running.
    static func begin(in environment: String) async throws -> ApplyClaim {
        let claim = ApplyClaim(environment, try await QueueDatabase.connect())
        try await claim.request("begin")
        await claim.keepRenewing()
        return claim
    }

    private init(_ environment: String, _ connection: Connection) {
        self.environment = environment
        self.connection = connection
    }

    private func keepRenewing() {
        renewing = Task { [weak self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.age / 2)
                // A failed renewal is retried; it is an error only when a command is to be sent.
                try? await self?.confirm()
            }
        }
    }

    /// Checks that no other apply has started in the meantime, however long the process was
    /// stopped.
    func confirm() async throws {
        if renewedAt + Self.age / 2 > .now { return }
        try await request("renew")
    }

    /// The idempotency key of the next command: it shows that an apply has sent it.
    func nextKey() -> String {
        commands += 1
        return "\(ConfigurationAccess.keyPrefix)\(token) \(commands)"
    }

    func end() async {
        renewing?.cancel()
        try? await request("end")
        await connection.close()
    }

    private func request(_ request: String) async throws {
        if await !connection.isUsable { connection = try await QueueDatabase.connect() }
        // The lease is counted from the request, not from its answer.
        let now = ContinuousClock.now
        try await connection.execute(
            "insert into ferry.applying (environment, request, token) values ($1, $2, $3::uuid)",
            [.text(environment), .text(request), .text(token)])
        renewedAt = now
    }
}
