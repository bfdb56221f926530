import Schedules
import Values

// The triggers of groups.
extension World {
    var notOneTrigger: Refusal {
        .because(
            .invalidTrigger, "choose exactly one of: manual, schedule, after",
            hint: "for example \"schedule\": \"30 2 * * 1-5\", or \"manual\": true")
    }

    /// The requested trigger; nil if there is none.
    ///
    /// - Parameter group: The one to be edited.
    func trigger(
        _ request: GroupRequest, instead group: OrchestrationGroup?, _ author: Author
    ) throws(Refusal) -> GroupTrigger? {
        let chosen = [request.isManual, request.schedule != nil, request.after != nil]
            .count { $0 }
        if chosen > 1 { throw notOneTrigger }
        var former: GroupSchedule?
        if case .schedule(let schedule) = group?.trigger { former = schedule }
        let expression =
            request.schedule ?? (chosen == 0 ? former?.expression : nil)
        if let expression {
            let isAsked =
                request.schedule != nil || request.timeZone != nil || request.catchUp != nil
            if !isAsked { return nil }
            let zone = request.timeZone ?? former?.timeZone ?? GroupSchedule.timeZoneDefault
            let schedule = try schedule(expression, in: zone)
            return .schedule(
                GroupSchedule(
                    expression: schedule.text, timeZone: zone,
                    catchUp: request.catchUp ?? former?.catchUp ?? .one))
        }
        if request.timeZone != nil || request.catchUp != nil {
            let argument = request.timeZone != nil ? "time_zone" : "catch_up"
            throw .because(
                .invalidTrigger, "\(argument) requires schedule",
                hint: "give a schedule, or omit \(argument)")
        }
        if let after = request.after {
            if let group, Name.key(of: group.name) == after.key {
                throw .because(
                    .circularGroups,
                    "orchestration group \(quoted(group.name)) cannot run after itself",
                    hint: "name another group, or choose manual or schedule")
            }
            let earlier: OrchestrationGroup = try existing(after, author)
            return .after(earlier.id)
        }
        return request.isManual ? .manual : nil
    }

    /// - Throws: ``RejectionCode/circularGroups`` when one group runs after the other, directly or
    ///   indirectly.
    func requireNoCircle(
        from earlier: Int64, to group: OrchestrationGroup
    ) throws(Refusal) {
        var links: [String] = []
        var next: Int64? = earlier
        while let id = next, let current = orchestrationGroups[id] {
            guard case .after(let before) = current.trigger,
                let previous = orchestrationGroups[before]
            else { return }
            links.append("\(quoted(current.name)) runs after \(quoted(previous.name))")
            if before == group.id {
                let first: OrchestrationGroup = try used(earlier)
                throw .because(
                    .circularGroups,
                    "orchestration group \(quoted(group.name)) cannot run after "
                        + "\(quoted(first.name)): \(links.joined(separator: ", "))",
                    hint: "give one of them another trigger first")
            }
            next = before
        }
    }

    /// Schedules run only in production, and only for enabled groups.
    func nextTimes(of group: OrchestrationGroup) throws(Refusal) -> [Int64] {
        guard group.isEnabled, group.environment == "production",
            case .schedule(let chosen) = group.trigger
        else { return [] }
        guard case .moment(let now) = facts[.now] else { throw .needs(.now) }
        let schedule = try schedule(chosen.expression, in: chosen.timeZone)
        return Array(schedule.times(after: now).prefix(OrchestrationGroup.nextTimesCount))
    }

    private func schedule(
        _ expression: String, in timeZone: String
    ) throws(Refusal) -> Schedule {
        do throws(InvalidSchedule) {
            return try Schedule(expression, timeZone: timeZone)
        } catch {
            guard error.part == .timeZone else {
                throw .because(.invalidSchedule, shown(error.message), hint: shown(error.hint))
            }
            let meant = TimeZoneName.meant(by: timeZone)
            throw .because(
                .unknownTimeZone, shown(error.message),
                hint: meant.map { "did you mean \($0)?" } ?? error.hint)
        }
    }

    /// The state of a group, for its events.
    func details(of group: OrchestrationGroup) throws(Refusal) -> JSONValue {
        var details = try definitionFields(of: group)
        if !group.nextTimes.isEmpty, case .schedule(let chosen) = group.trigger {
            let schedule = try schedule(chosen.expression, in: chosen.timeZone)
            details["next_times"] = .array(group.nextTimes.map { .string(schedule.shown($0)) })
        }
        return .object(details)
    }

    fileprivate func definitionFields(
        of group: OrchestrationGroup
    ) throws(Refusal) -> [String: JSONValue] {
        var names: [JSONValue] = []
        for id in group.orchestrationIDs {
            names.append(.string(try used(id, as: Orchestration.self).name))
        }
        var fields: [String: JSONValue] = [
            "orchestrations": .array(names), "enabled": .bool(group.isEnabled),
        ]
        switch group.trigger {
        case .manual: fields["manual"] = true
        case .after(let id):
            fields["after"] = .string(try used(id, as: OrchestrationGroup.self).name)
        case .schedule(let schedule):
            fields["schedule"] = .string(schedule.expression)
            fields["time_zone"] = .string(schedule.timeZone)
            fields["catch_up"] = .string(schedule.catchUp.rawValue)
        }
        return fields
    }
}

extension OrchestrationGroup: ConfiguredObject {
    func definition(in world: World) throws(Refusal) -> JSONValue? {
        .object(try world.definitionFields(of: self))
    }
}
