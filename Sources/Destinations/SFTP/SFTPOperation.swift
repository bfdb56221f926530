/// A request to a server about a file or folder, for messages.
enum SFTPOperation: Equatable {
    case look
    case list
    case makeFolder
    case createFile
    case write
    case read
    case synchronize
    case rename
    case remove
    /// Sets the permissions of a setting.
    case setMode(String, setting: String)

    /// The text after "the request to".
    var words: String {
        switch self {
        case .look: "inspect it"
        case .list: "list it"
        case .makeFolder: "make this folder"
        case .createFile: "create this file"
        case .write: "write to this file"
        case .read: "read this file"
        case .synchronize: "write this file to its medium"
        case .rename: "rename something to this name"
        case .remove: "remove it"
        case .setMode(let mode, let setting): "set its mode to \(mode), as configured in \(setting)"
        }
    }

    /// Whether other settings avoid it.
    var isOptional: Bool {
        if case .setMode = self { true } else { false }
    }

    /// The hint if the server denied it.
    func wayOut(user: String) -> String {
        switch self {
        case .setMode(_, let setting):
            "Allow it on the server, or omit \(setting) to use the server's umask"
        default:
            "Give user \"\(user)\" the right to create, read, rename and remove files and folders "
                + "there"
        }
    }
}
