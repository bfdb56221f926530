import Values
import Locks

/// What this worker knows that it holds, so that it can find what it holds without knowing.
///
/// When a connection breaks while a claim commits, the claim may have taken effect, and nobody
/// carries out what it took: the worker lives, so that nobody takes it over either. Such work is
/// handed back.
public final class HeldWork: Sendable {
    private struct State {
        var tokens: Set<Int64> = []
        var claims: Set<Int> = []
        var lastClaim = 0
        var doubtfulUntil: ContinuousClock.Instant?
        /// What the last look did not know, and the last claim that had begun by then.
        var unknown: (tokens: Set<Int64>, lastClaim: Int)?
    }

    private let state = Locked(State())

    /// How long after a claim was lost its backend may still be at work.
    private static let doubt = Duration.seconds(120)

    public init() {}

    func beginClaim() -> Int {
        state.withLock { state in
            state.lastClaim += 1
            state.claims.insert(state.lastClaim)
            return state.lastClaim
        }
    }

    /// - Parameter token: What was claimed; nil for nothing.
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

    /// What was claimed under this token is carried out, or handed back.
    func drop(_ token: Int64) {
        state.withLock { state in _ = state.tokens.remove(token) }
    }

    /// What was claimed under this token could not be handed back.
    func lose(_ token: Int64) {
        state.withLock { state in
            state.tokens.remove(token)
            state.doubtfulUntil = .now + Self.doubt
        }
    }

    /// Whether there may be work that nobody knows of.
    public var isInDoubt: Bool {
        state.withLock { state in state.doubtfulUntil.map { .now < $0 } ?? false }
    }

    /// Of the tokens that the queue says this worker holds, those that nobody carries out: unknown
    /// at two looks, with no claim under way that had begun before the first.
    func orphans(among held: Set<Int64>) -> Set<Int64> {
        state.withLock { state in
            let before = state.unknown
            state.unknown = (held.subtracting(state.tokens), state.lastClaim)
            guard let before, state.claims.allSatisfy({ $0 > before.lastClaim }) else { return [] }
            return held.subtracting(state.tokens).intersection(before.tokens)
        }
    }
}
