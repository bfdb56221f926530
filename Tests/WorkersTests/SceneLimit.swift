/// How many scenes are played at a time: each has several processes and many connections.
actor SceneLimit {
    static let shared = SceneLimit(places: 3)

    private var places: Int
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(places: Int) {
        self.places = places
    }

    nonisolated func within(_ body: () async throws -> Void) async throws {
        await enter()
        do {
            try await body()
            await leave()
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async {
        if places > 0 {
            places -= 1
        } else {
            await withCheckedContinuation { waiters.append($0) }
        }
    }

    private func leave() {
        if waiters.isEmpty {
            places += 1
        } else {
            waiters.removeFirst().resume()
        }
    }
}
