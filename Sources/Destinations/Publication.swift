internal import Crypto
internal import Formats
internal import Foundation
internal import Manifests
public import Postgres
import Values

/// A publication: staged files of one run, a folder, and a manifest.
///
/// It is recorded as a whole with the decision to publish, so that a resumed publication is exactly
/// the same.
public struct Publication: Sendable, Equatable {
    public var run: Int64
    /// The token of the attempt that recorded the decision.
    public var token: Int64
    /// Where readers find it: plain names separated by `/`, like `Daily customers/run-42`. See
    /// `FileName.sanitised(_:)`.
    public var folder: String
    public var files: [File]
    /// The manifest's canonical bytes.
    public var manifest: [UInt8]
    /// The primary of the standby that the rows were read from. It is known, and needed, only until
    /// publishing is recorded.
    public var primary: DatabaseIdentity?

    public init(run: Int64, token: Int64, folder: String, files: [File], manifest: [UInt8]) {
        self.run = run
        self.token = token
        self.folder = folder
        self.files = files
        self.manifest = manifest
    }

    /// A file and the token under which it was staged.
    public struct File: Sendable, Hashable {
        public var name: String
        public var stagedToken: Int64
        /// The name under which it was staged.
        public var stagedName: String

        /// - Parameter stagedName: Defaults to the name.
        public init(name: String, stagedToken: Int64, stagedName: String? = nil) {
            self.name = name
            self.stagedToken = stagedToken
            self.stagedName = stagedName ?? name
        }
    }

    var folderComponents: [String] {
        folder.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    /// The path of `latest.json` for this delivery.
    var pathOfLatest: String {
        (folderComponents.dropLast() + [LatestDelivery.fileName]).joined(separator: "/")
    }

    /// The content of `latest.json` for this delivery.
    func latest(_ manifest: Manifest) -> LatestDelivery {
        LatestDelivery(of: manifest, in: folderComponents.last ?? "", sha256: manifestHash)
    }

    var manifestHash: String { SHA256.hash(data: manifest).hexadecimal }

    /// The manifest, after checking that names are safe and that the files match it.
    func checkedManifest(destination: String) throws(DestinationError) -> Manifest {
        func refuse(_ reason: String) -> DestinationError {
            .invalidPublication(destination: destination, run: run, reason: reason)
        }
        for component in folderComponents where !isPlainName(component) {
            throw refuse("\"\(shown(component))\" in the folder's name is not a plain name")
        }
        for file in files where !isPlainName(file.name) || !isPlainName(file.stagedName) {
            throw refuse("\"\(shown(file.name))\" is not a plain file name")
        }
        let decoded: Manifest
        do {
            decoded = try Manifest(decoding: manifest)
        } catch {
            throw refuse(error.description)
        }
        guard files.map(\.name).sorted() == decoded.files.map(\.name).sorted() else {
            throw refuse("its files differ from its manifest")
        }
        return decoded
    }
}

/// Whether a name is a single path component that is neither `..` nor hidden, as staging is.
func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && name.utf8.count <= 255
        && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
}
