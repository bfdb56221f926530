import Locks
import Values

/// The claims that this worker knows of, so that it can find claims that it does not know of.
///
/// When a connection breaks while a claim commits, the claim may have taken effect without anyone
/// working on it: as the worker is alive, other workers do not take it over either. Such claims are
/// released.
public final class HeldWork: Sendable {
    private struct State {
        var tokens: Set<Int64> = []
        var claims: Set<Int> = []
        var lastClaim = 0
        var doubtfulUntil: ContinuousClock.Instant?
        /// The unknown claims of the last look, and the last claim that had started by then.
        var unknown: (tokens: Set<Int64>, lastClaim: Int)?
    }

    private let state = Locked(State())

    /// How long the backend of a lost claim may still be running.
    private static let doubt = Duration.seconds(120)

    public init() {}

    func beginClaim() -> Int {
        state.withLock { state in
            state.lastClaim += 1
            state.claims.insert(state.lastClaim)
            return state.lastClaim
        }
    }

    /// - Parameter token: The claimed work; nil for none.
    func endClaim(_ claim: Int, token: Int64? = nil) {
        state.withLock { state in
            state.claims.remove(claim)
            if let token { state.tokens.insert(token) }
        }
    }

    /// The claim's outcome is not known.
    func loseClaim(_ claim: Int) {
        state.withLock { state in
            state.claims.remove(claim)
            state.doubtfulUntil = .now + Self.doubt
        }
    }

    /// The claim of this token is processed or released.
    func drop(_ token: Int64) {
        state.withLock { state in _ = state.tokens.remove(token) }
    }

    /// The claim of this token could not be released.
    func lose(_ token: Int64) {
        state.withLock { state in
            state.tokens.remove(token)
            state.doubtfulUntil = .now + Self.doubt
        }
    }

    /// Whether there may be unknown claims.
    public var isInDoubt: Bool {
        state.withLock { state in state.doubtfulUntil.map { .now < $0 } ?? false }
    }

    /// Tokens of this worker in the queue that are not being processed: unknown at two looks,
    /// without a pending claim that had started before the first.
    func orphans(among held: Set<Int64>) -> Set<Int64> {
        state.withLock { state in
            let before = state.unknown
            state.unknown = (held.subtracting(state.tokens), state.lastClaim)
            guard let before, state.claims.allSatisfy({ $0 > before.lastClaim }) else { return [] }
            return held.subtracting(state.tokens).intersection(before.tokens)
        }
    }
}
