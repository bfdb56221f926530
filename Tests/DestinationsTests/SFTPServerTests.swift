import Foundation
import TestSupport
import Testing

@testable import Destinations

/// Where one is not installed, the tests of every destination leave it out; these say so.
@Suite("An SFTP server that is not OpenSSH", .timeLimit(.minutes(15)))
struct SFTPServerTests {
    @Test(.enabled(if: SFTPServer.Kind.rclone.isInstalled, "needs rclone: run scripts/test once"))
    func `may have no way to make bytes durable, and is delivered to`() async throws {
        let place = try SFTPUnderTest(server: SFTPServer(as: .rclone, []))
        let sample = try SamplePublication()

        try await place.connect().test()
        try await sample.stage(at: place.connect())
        try await place.connect().publish(sample.publication)

        #expect(try place.visible() == sample.visible)
    }

    private static let refusesModes = ["<Limit SITE_CHMOD>", "DenyAll", "</Limit>"]

    private func proFTPD(_ lines: [String], _ changes: [String: String] = [:]) throws
        -> SFTPUnderTest
    {
        try SFTPUnderTest(server: SFTPServer(as: .proFTPD, lines), changes)
    }

    @Test(.enabled(if: SFTPServer.Kind.proFTPD.isInstalled, "needs ProFTPD with mod_sftp"))
    func `may refuse all modes, and is delivered to`() async throws {
        let place = try proFTPD(Self.refusesModes)
        let sample = try SamplePublication()

        try await place.connect().test()
        #expect(try place.everything() == [".staging"])
        try await sample.stage(at: place.connect())
        try await place.connect().publish(sample.publication)

        #expect(try place.visible() == sample.visible)
    }

    @Test(
        .enabled(if: SFTPServer.Kind.proFTPD.isInstalled, "needs ProFTPD with mod_sftp"),
        arguments: [("file_mode", "0664"), ("folder_mode", "0775")])
    func `says which mode it refused, and leaves nothing behind`(
        setting: String, mode: String
    ) async throws {
        let place = try proFTPD(Self.refusesModes, [setting: mode])

        let error = await #expect(throws: DestinationError.self) {
            try await place.connect().test()
        }

        #expect(error?.disposition == .discard)
        #expect(
            error?.description.contains("set its mode to \(mode), as configured in \(setting)")
                == true)
        #expect(error?.description.contains("leave \(setting) out") == true)
        #expect(try place.everything().filter { $0 != ".staging" } == [])
    }

    @Test(.enabled(if: SFTPServer.Kind.proFTPD.isInstalled, "needs ProFTPD with mod_sftp"))
    func `says which request it refused, and leaves nothing behind`() async throws {
        for (commands, words) in [
            ("STOR", "create this file"), ("RNFR RNTO", "rename something to this name"),
            ("MKD XMKD", "make this folder"),
        ] {
            let place = try proFTPD(["<Limit \(commands)>", "DenyAll", "</Limit>"])

            let error = await #expect(throws: DestinationError.self) {
                try await place.connect().test()
            }

            #expect(error?.code == "destination_access_denied")
            #expect(
                error?.description.contains("the server denied the request to \(words)") == true)
            #expect(try place.everything().filter { $0 != ".staging" } == [])
        }
    }
}
