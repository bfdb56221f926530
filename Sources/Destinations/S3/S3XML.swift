internal import Foundation

#if canImport(FoundationXML)
    internal import FoundationXML
#endif

/// An element of an answer of S3. Namespaces are dropped.
struct S3XML: Sendable, Equatable {
    var name = ""
    var text = ""
    var children: [S3XML] = []

    /// The root element; nil for invalid XML.
    init?(_ bytes: [UInt8]) {
        let reading = Reading()
        let parser = XMLParser(data: Data(bytes))
        parser.shouldResolveExternalEntities = false
        parser.delegate = reading
        guard parser.parse(), let root = reading.root else { return nil }
        self = root
    }

    private init(name: String) { self.name = name }

    /// The children of that name.
    func all(_ name: String) -> [S3XML] { children.filter { $0.name == name } }

    /// The text of the first child of that name.
    func text(_ name: String) -> String? { children.first { $0.name == name }?.text }

    /// Escaped text of an element.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\r", with: "&#13;")
    }

    private final class Reading: NSObject, XMLParserDelegate {
        private var open: [S3XML] = []
        private(set) var root: S3XML?

        func parser(
            _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            let name = elementName.split(separator: ":").last.map(String.init) ?? elementName
            open.append(S3XML(name: name))
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) {
            guard !open.isEmpty else { return }
            open[open.count - 1].text += string
        }

        func parser(
            _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?,
            qualifiedName: String?
        ) {
            guard let element = open.popLast() else { return }
            if open.isEmpty {
                root = element
            } else {
                open[open.count - 1].children.append(element)
            }
        }
    }
}
