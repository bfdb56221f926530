internal import Manifests

/// A folder of an SFTP server, to read deliveries.
struct SFTPDeliveryFolder: DeliveryFolder {
    let tree: SFTPFileTree
    /// Absolute, without a trailing `/`; empty for the root.
    let folder: String

    func path(of name: String) -> String { tree.session.shown(folder + "/" + name) }

    func folder(_ name: String) -> any DeliveryFolder {
        SFTPDeliveryFolder(tree: tree, folder: folder + "/" + name)
    }

    func names() throws -> [String] {
        try tree.names(in: folder.isEmpty ? "/" : folder)
    }

    func read(_ name: String, _ chunk: (UnsafeRawBufferPointer) throws -> Void) throws {
        let path = folder + "/" + name
        do {
            // Servers follow links and block on pipes.
            switch try tree.entry(at: path) {
            case nil: throw DeliveryReadingError.missing
            case .file: break
            default: throw DeliveryReadingError.notARegularFile
            }
            try tree.read(path, chunk)
        } catch DestinationError.notFound {
            throw DeliveryReadingError.missing
        } catch let error as DestinationError where tree.session.lost == nil {
            throw DeliveryReadingError.failed(reason: error.problem, cause: error)
        }
    }
}
