import Failpoints
import Foundation
import Testing

@testable import Destinations
import Failpoints

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("A failing directory", .timeLimit(.minutes(15)))
struct DirectoryFaultTests {
    @Test(arguments: [
        (EACCES, "destination_access_denied", DestinationError.Disposition.discard),
        (EROFS, "destination_access_denied", .discard),
        (ENOSPC, "destination_full", .discard),
        (EDQUOT, "destination_full", .discard),
        (EIO, "destination_unavailable", .retry),
        (ESTALE, "destination_unavailable", .retry),
        (ENOENT, "destination_not_found", .discard),
    ])
    func `says what happened and whether to try again`(
        errno: Int32, code: String, disposition: DestinationError.Disposition
    ) {
        let error = SystemCallError("/exports", code: errno).asDestinationError(of: "crm")

        #expect(error.code == code)
        #expect(error.disposition == disposition)
        #expect(error.description.hasPrefix("destination \"crm\": "))
        #expect(error.description.contains("\"/exports\""))
    }

    /// A real process, really killed; what it leaves is resumed here.
    @Test(arguments: [
        "publish.first_file_moved", "publish.before_manifest", "publish.before_rename",
        "publish.before_success_file", "publish.after_rename", "publish.before_latest",
        "publish.after_latest",
    ])
    func `is resumed after the process was killed`(failpoint: String) async throws {
        let place = try DirectoryUnderTest()
        let sample = try SamplePublication()
        try await sample.stage(at: place.connect())

        let root = place.root
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [root = root as String, failpoint = failpoint as String] in
            setenv("FERRY_FAILPOINT", failpoint, 1)
            let publication = try SamplePublication().publication
            let destination = DirectoryDestination(
                name: "crm", settings: .at(root), allowedRoots: [root])
            try await destination.publish(publication)
        }

        let seen = try place.visible()
        switch failpoint {
        case "publish.after_latest": #expect(seen == sample.visible)
        case "publish.after_rename", "publish.before_latest":
            #expect(seen == sample.visible.withoutLatest)
        default: #expect(seen.isEmpty)
        }
        try await place.connect().publish(sample.publication)
        #expect(try place.visible() == sample.visible)
    }

    @Test func `stops at the time that the failpoint asks for`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            setenv("FERRY_FAILPOINT", "here@3", 1)
            Failpoint.reach("here")
            Failpoint.reach("elsewhere")
            Failpoint.reach("here")
            exit(7)
        }
        await #expect(processExitsWith: .signal(SIGKILL)) {
            setenv("FERRY_FAILPOINT", "here@2", 1)
            Failpoint.reach("here")
            Failpoint.reach("here")
            exit(7)
        }
    }

    #if os(Linux)
        /// Mounting needs root.
        @Test(.enabled(if: getuid() == 0))
        func `reports that it is full, and shows nothing`() async throws {
            let root = NSTemporaryDirectory() + "ferry-full-" + UUID().uuidString
            let place = try DirectoryUnderTest(root: root)
            try run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", root)
            defer { try? run("umount", "-l", root) }
            let sample = try SamplePublication()
            try await sample.stage(at: place.connect())

            let writer = try await place.connect().stage(
                StagedDelivery(run: 1, token: 1), file: "big.csv")
            let error = #expect(throws: DestinationError.self) {
                for _ in 0..<100 { try writer.write([UInt8](repeating: 1, count: 64 * 1024)) }
            }
            #expect(error?.code == "destination_full")
            // It stays failed: half a file must not be reported as written.
            let again = #expect(throws: DestinationError.self) { try writer.finish() }
            #expect(again == error)
            #expect(try !place.staged().contains(".staging/1/1/big.csv"))

            let rest = try await place.connect().stage(
                StagedDelivery(run: 1, token: 2), file: "rest.csv")
            #expect(throws: DestinationError.self) {
                for _ in 0..<10_000 { try rest.write([UInt8](repeating: 1, count: 4096)) }
            }
            try fill(root)
            let refused = await #expect(throws: DestinationError.self) {
                try await place.connect().publish(sample.publication)
            }
            #expect(refused?.code == "destination_full")
            #expect(try place.visible().keys.allSatisfy { $0 == "filler" })

            try FileSystem.remove(root + "/filler")
            try await place.connect().publish(sample.publication)
            #expect(try place.visible() == sample.visible)
        }

        private func fill(_ root: String) throws {
            let descriptor = try FileSystem.create(root + "/filler")
            defer { close(descriptor) }
            let page = [UInt8](repeating: 1, count: 4096)
            while true {
                do {
                    try page.withUnsafeBytes {
                        try FileSystem.write($0, to: descriptor, at: "filler")
                    }
                } catch { return }
            }
        }

        private func run(_ command: String...) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = command
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "\(command)")
        }
    #endif
}
