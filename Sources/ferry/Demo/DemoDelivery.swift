import Foundation
import Manifests
import Values
import Watching

/// A finished delivery, as the demo shows it.
struct DemoDelivery {
    let path: String

    /// The files with their sizes, and the end of the manifest.
    func text() throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        var lines = [shown(path)]
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
            let size = (attributes[.size] as? NSNumber)?.int64Value ?? 0
            lines.append(Display.right(Quantity.count(size), 14) + "  " + shown(name))
        }
        let manifest = try String(contentsOfFile: path + "/" + Manifest.fileName, encoding: .utf8)
        lines += ["", "\(Manifest.fileName) ends with:"]
        lines += manifest.split(separator: "\n").suffix(14).map {
            "    " + shown("\($0)")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
