/// A command about an alert.
public enum AlertCommand: Hashable, Sendable {
    /// Without `orchestration` it is about all runs of the environment.
    case create(name: Name, settings: AlertSettings, orchestration: Name?)
    /// Replaces all that was chosen.
    case edit(name: Name, settings: AlertSettings, orchestration: Name?)
    case delete(name: Name)
    case test(name: Name)

    init(_ command: String, _ given: Arguments) throws(Rejection) {
        let name = try given.name("name", of: .alert)
        switch command {
        case "create_alert":
            self = .create(
                name: name, settings: try AlertSettings(given, of: name),
                orchestration: try given.optionalName("orchestration", of: .orchestration))
        case "edit_alert":
            self = .edit(
                name: name, settings: try AlertSettings(given, of: name),
                orchestration: try given.optionalName("orchestration", of: .orchestration))
        case "delete_alert": self = .delete(name: name)
        default: self = .test(name: name)
        }
    }

    /// The name of the alert, and that of the orchestration that it is to be about.
    var names: (alert: Name, orchestration: Name?) {
        switch self {
        case .create(let name, _, let orchestration), .edit(let name, _, let orchestration):
            (name, orchestration)
        case .delete(let name), .test(let name): (name, nil)
        }
    }
}
