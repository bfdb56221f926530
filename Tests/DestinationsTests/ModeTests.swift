import Formats
import Foundation
import TestSupport
import Testing

@testable import Destinations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("The modes of what is delivered", .timeLimit(.minutes(15)))
struct ModeTests {
    private static let modes = ["file_mode": "0666", "folder_mode": "777"]

    private func mode(_ path: String) throws -> UInt32 {
        var status = stat()
        try #require(lstat(path, &status) == 0, "\(path)")
        return UInt32(status.st_mode) & 0o7777
    }

    private func deliver(to destination: any DestinationAdapter) async throws {
        let sample = try SamplePublication()
        try await sample.stage(at: destination)
        try await destination.publish(sample.publication)
    }

    private func directory(
        _ root: String, _ changes: [String: String]
    ) throws -> any DestinationAdapter {
        let settings = changes.merging(["path": root]) { $1 }
        return DirectoryDestination(
            name: "crm",
            settings: try DirectorySettings(json: JSONSerialization.data(withJSONObject: settings)),
            allowedRoots: [root])
    }

    /// A way to each kind of place, and what is in it.
    private func places(
        _ changes: [String: String]
    ) throws -> [(place: any DestinationUnderTest, root: String, way: any DestinationAdapter)] {
        let (local, sftp) = (try DirectoryUnderTest(), try SFTPUnderTest(changes))
        return [
            (local, local.root, try directory(local.root, changes)),
            (sftp, sftp.root, sftp.connect()),
        ]
    }

    @Test func `are exactly those that the settings name, whatever the umask`() async throws {
        for (_, root, way) in try places(Self.modes) {
            // What is made in such a folder gets its group, and folders do so in their turn.
            #expect(chmod(root, 0o2755) == 0)
            try await way.test()
            try await deliver(to: way)

            let folder = root + "/Daily customers"
            for path in [folder, folder + "/run-42"] {
                #expect(try mode(path) & 0o777 == 0o777, "\(path)")
                #expect(try mode(path) & 0o2000 != 0, "\(path)")
            }
            let files =
                ["/latest.json"] + ["manifest.json", ".DONE", "a.csv"].map { "/run-42/" + $0 }
            for file in files { #expect(try mode(folder + file) == 0o666, "\(file)") }
        }
    }

    @Test func `are 0640 and 0750 at most where the settings name none`() async throws {
        for (_, root, way) in try places([:]) {
            try await deliver(to: way)

            let folder = root + "/Daily customers"
            #expect(try mode(folder) & ~0o750 == 0)
            #expect(try mode(folder + "/run-42") & ~0o750 == 0)
            #expect(try mode(folder + "/run-42/a.csv") & ~0o640 == 0)
            #expect(try mode(folder + "/latest.json") & ~0o640 == 0)
        }
    }

    @Test(arguments: [
        ("file_mode", "0644", true), ("file_mode", "600", true), ("folder_mode", "0700", true),
        ("file_mode", "0444", false), ("file_mode", "rw-r--r--", false),
        ("file_mode", "1644", false), ("file_mode", "00644", false), ("file_mode", "0o644", false),
        ("file_mode", "", false), ("file_mode", "０６４", false), ("folder_mode", "0644", false),
        ("folder_mode", "2750", false), ("folder_mode", "789", false),
    ])
    func `are octal, and let their owner work`(setting: String, mode: String, isRight: Bool) throws
    {
        let json = try JSONSerialization.data(withJSONObject: ["path": "/exports", setting: mode])

        do {
            _ = try DirectorySettings(json: json)
            #expect(isRight)
        } catch {
            #expect(!isRight)
            #expect("\(error)".contains("must be three octal digits as for chmod"))
        }
        let number = Data(#"{"path": "/exports", "file_mode": 420}"#.utf8)
        #expect(throws: SettingsError.self) { try DirectorySettings(json: number) }
    }
}
