import Testing

/// What users with few rights try in order to learn, to take or to stop what is not theirs.
///
/// Each attack goes against a worker process with the documented rights, and is tried by the
/// weakest role that could profit. It fails, and others are served meanwhile. `docs/security.md`
/// names for each threat the suite that shows what stands against it; what needs no worker is shown
/// where its rule is tested.
@Suite("Attacks", .timeLimit(.minutes(15)))
enum Attacks {}
