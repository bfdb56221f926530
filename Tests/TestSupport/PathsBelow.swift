public import Foundation

extension FileManager {
    /// The paths below a folder, unordered, while others may rename folders into it and away.
    ///
    /// `subpathsOfDirectory` and `enumerator` do not do for that: they count on a folder's number
    /// of links, taken before they read it, to know how many folders are in it, and leave out what
    /// is in those that came in between (`fts_build`, with `FTS_NOSTAT`).
    public func pathsBelow(_ folder: String) throws -> [String] {
        try contentsOfDirectory(atPath: folder).flatMap { name -> [String] in
            let path = folder + "/" + name
            guard let type = try? attributesOfItem(atPath: path)[.type] as? FileAttributeType
            else { return [] }
            if type != .typeDirectory { return [name] }
            return [name] + ((try? pathsBelow(path)) ?? []).map { name + "/" + $0 }
        }
    }
}
