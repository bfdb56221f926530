import Foundation
import TestSupport
import Testing

@testable import Destinations

/// A tree of files that refuses to rename folders, or anything.
private struct RefusingTree: FileTree {
    let tree = LocalFileTree(destination: "crm")
    let refusesFiles: Bool

    func rename(_ source: String, to target: String) throws {
        if try refusesFiles || tree.entry(at: source) == .directory {
            throw DestinationError.unavailable(
                destination: "crm", path: target, reason: "the server failed")
        }
        try tree.rename(source, to: target)
    }

    func entry(at path: String) throws -> FileTreeEntry? { try tree.entry(at: path) }
    func names(in path: String) throws -> [String] { try tree.names(in: path) }
    func createDirectories(_ components: [String], below root: String) throws {
        try tree.createDirectories(components, below: root)
    }
    func createFile(_ path: String, bytes: [UInt8]) throws {
        try tree.createFile(path, bytes: bytes)
    }
    func read(_ path: String) throws -> [UInt8] { try tree.read(path) }
    func replaceFile(
        _ path: String, with bytes: [UInt8], staging: FileTreeStaging, rank: ([UInt8]) -> Int64
    ) throws {
        try tree.replaceFile(path, with: bytes, staging: staging, rank: rank)
    }
    func remove(_ path: String) throws { try tree.remove(path) }
    func removeIfEmpty(_ path: String) { tree.removeIfEmpty(path) }
    func synchronizeDirectories(_ paths: [String], staging: FileTreeStaging) throws {
        try tree.synchronizeDirectories(paths, staging: staging)
    }
}

@Suite("A probe of a tree of files", .timeLimit(.minutes(15)))
struct FileTreeProbeTests {
    @Test(arguments: [false, true])
    func `distinguishes a server that renames no folders from one that renames nothing`(
        refusesFiles: Bool
    ) throws {
        let place = try DirectoryUnderTest()
        let probe = FileTreeProbe(
            tree: RefusingTree(refusesFiles: refusesFiles), destination: "crm")

        let error = #expect(throws: DestinationError.self) {
            try probe.run(in: [".staging"], below: place.root, showingIn: place.root)
        }

        #expect(
            error?.code == (refusesFiles ? "destination_unavailable" : "destination_not_allowed"))
        #expect(
            error?.description.contains("files can be renamed there, but folders cannot")
                == !refusesFiles)
        #expect(error?.description.contains("the server failed") == true)
        #expect(try FileManager.default.pathsBelow(place.root) == [".staging"])
    }
}
