import Lifecycle
import Schedules
import Values

// Rules of commands for orchestration groups and alerts that do not depend on other objects.
extension ConfigurationReader {
    /// - Parameter places: Those of its keys.
    mutating func check(
        _ object: DefinedObject, _ place: Place, _ places: [String: Place]
    ) {
        guard [.orchestrationGroup, .alert].contains(object.kind) else { return }
        if object.kind == .orchestrationGroup {
            let before = problems.count
            checkTrigger(of: object, place, places)
            if problems.count > before { return }
        }
        for planned in ConfigurationChange.create(object).commands {
            do throws(Rejection) {
                _ = try ParsedCommand(name: planned.command, arguments: planned.arguments)
            } catch {
                let isNamed = error.message.hasPrefix(object.words)
                yaml.complain(
                    place, isNamed ? error.message : "\(object.words): \(error.message)",
                    hint: error.hint)
                return
            }
        }
    }

    private mutating func checkTrigger(
        of group: DefinedObject, _ place: Place, _ places: [String: Place]
    ) {
        let triggers = ["manual", "schedule", "after"].filter { group.definition[$0] != nil }
        if triggers.count != 1 {
            let last = triggers.compactMap { places[$0] }.max()
            return yaml.complain(
                last ?? place, "\(group.words) must have exactly one of: manual, schedule, after",
                hint: "for example schedule: \"30 2 * * 1-5\", or manual: true")
        }
        guard case .string(let expression)? = group.definition["schedule"],
            case .string(let timeZone)? = group.definition["time_zone"]
        else {
            for key in ["time_zone", "catch_up"] where group.definition[key] != nil {
                yaml.complain(
                    places[key] ?? place,
                    "\"\(key)\" of \(group.words) requires schedule",
                    hint: "give a schedule, or omit \(key)")
            }
            return
        }
        do throws(InvalidSchedule) {
            _ = try Schedule(expression, timeZone: timeZone)
        } catch {
            let isZone = error.part == .timeZone
            let key = isZone ? "time_zone" : "schedule"
            let meant =
                isZone
                ? TimeZoneName.meant(by: timeZone).map { "; did you mean \(quoted($0))?" } ?? ""
                : ""
            yaml.complain(
                places[key] ?? place,
                "\"\(key)\" of \(group.words): \(shown(error.message))\(meant)",
                hint: shown(error.hint))
        }
    }
}
