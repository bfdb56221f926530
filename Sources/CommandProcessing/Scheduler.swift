import Failpoints
import Foundation
import Lifecycle
public import Postgres
import Schedules
import Values

/// Starts groups of orchestrations when their schedules are due.
///
/// Any number of workers may do this at the same time: each time of a schedule sends one command.
/// Only the clock of the queue's database counts, not that of the worker.
public struct Scheduler: Sendable {
    private let connection: Connection

    /// How late a time may be without counting as missed.
    static let latenessMax: Int64 = 60

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Sends the commands of all due schedules.
    ///
    /// - Returns: The errors of schedules that this worker cannot read.
    /// - Throws: `PostgresError`; then the last hundred had no effect.
    public func fireDue() async throws -> [String] {
        var unreadable: [Int64: String] = [:]
        while true {
            let known = unreadable.keys.sorted()
            let (count, more) = try await connection.transaction { connection in
                let groups = try await connection.query(
                    "select * from ferry_state.due_groups($1, $2)",
                    [.int(Self.groupsMax), Value(known)]
                ).map { try DueGroup($0) }
                var unreadable: [Int64: String] = [:]
                for group in groups {
                    let firing: Firing
                    do throws(InvalidSchedule) {
                        firing = try group.firing()
                    } catch {
                        unreadable[group.id] = error.message
                        continue
                    }
                    try await fire(group, firing, connection)
                }
                if !groups.isEmpty { Failpoint.reach("schedules.before_commit") }
                return (groups.count, unreadable)
            }
            if count > 0 { Failpoint.reach("schedules.after_commit") }
            unreadable.merge(more) { $1 }
            if count < Self.groupsMax {
                return unreadable.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
            }
        }
    }

    private static let groupsMax: Int64 = 100

    private func fire(
        _ group: DueGroup, _ firing: Firing, _ connection: isolated Connection
    ) async throws {
        let details = try firing.details.map {
            String(decoding: try JSONEncoder().encode($0), as: UTF8.self)
        }
        _ = try await connection.query(
            "select ferry_state.fire_schedule($1, $2, $3::jsonb, $4)",
            [.int(group.id), Value(firing.time), Value(details), Value(firing.nextTimes)])
    }
}

/// A group whose schedule is due, or must be computed.
struct DueGroup {
    let id: Int64
    let schedule: String
    let timeZone: String
    let catchUp: CatchUp
    /// The next time; nil if it must be computed.
    let awaited: Int64?
    /// By the database's clock.
    let now: Int64

    init(_ row: Row) throws {
        id = try row[0].int64()
        schedule = try row[1].string()
        timeZone = try row[2].string()
        catchUp = CatchUp(rawValue: try row[3].string()) ?? .one
        awaited = try row[4].optionalInt64()
        now = try row[5].int64()
    }

    /// What to do now.
    func firing() throws(InvalidSchedule) -> Firing {
        let schedule = try Schedule(schedule, timeZone: timeZone)
        let next = Array(schedule.times(after: now).prefix(OrchestrationGroup.nextTimesCount))
        guard let awaited, let due = schedule.due(from: awaited, until: now) else {
            return Firing(time: nil, details: nil, nextTimes: next)
        }
        let isOnTime = now - due.latest < Scheduler.latenessMax
        let missed = Int64(isOnTime ? due.count - 1 : due.count)
        let time: Int64? = isOnTime || catchUp == .one ? due.latest : nil
        return Firing(
            time: time,
            details: [
                time == nil ? "latest" : "for": .string(schedule.shown(due.latest)),
                "missed": .int(missed),
            ], nextTimes: next)
    }
}

/// The effect of a due schedule.
struct Firing: Equatable {
    /// The time that the group runs for; nil when it does not run.
    let time: Int64?
    /// The details of the event; nil for no event.
    let details: JSONValue?
    let nextTimes: [Int64]
}
