import Foundation
import TestSupport
import Testing

@testable import Formats

@Suite("A file that is encrypted with PGP", .timeLimit(.minutes(15)))
struct PGPEncryptorTests {
    let owner: TestPGP
    let keyring: PGPKeyring

    init() throws {
        owner = try TestPGP()
        _ = try owner.makeKey(subkeys: ["cv25519 encr never"])
        keyring = try PGPKeyring(owner.export(), key: nil)
    }

    private static func noise(_ count: Int) -> [UInt8] {
        var random: UInt64 = 7
        return (0..<count).map { _ in
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: random >> 56)
        }
    }

    @Test(arguments: [0, 1, 65_536, 9_000_001])
    func `is decrypted by its owner byte for byte`(size: Int) throws {
        let bytes = Self.noise(size)

        let encrypted = try keyring.makeEncryptor().output(of: bytes) { 1 + $0 % 700_001 }

        #expect(encrypted.count > bytes.count)
        #expect(try owner.decrypt(encrypted) == bytes)
    }

    @Test func `takes many megabytes in one piece and in many`() throws {
        let bytes = Self.noise(20_000_000)

        for chunk in [bytes.count, 4_099] {
            let encrypted = try keyring.makeEncryptor().output(of: bytes) { _ in chunk }
            #expect(try owner.decrypt(encrypted) == bytes)
        }
    }

    @Test func `is compressed before, not by gpg`() throws {
        let zeros = [UInt8](repeating: 0, count: 1_000_000)

        let encrypted = try keyring.makeEncryptor().output(of: zeros) { _ in 100_000 }

        #expect(encrypted.count > 1_000_000)
    }

    @Test func `leaves no process and no folder when it is released half-way`() throws {
        let before = try Set(Self.temporary())
        var encryptor: (any FileStage)? = try {
            let keyring = try PGPKeyring(owner.export(), key: nil)
            return try keyring.makeEncryptor()
        }()
        try Self.noise(3_000_000).withUnsafeBytes { try encryptor?.process($0) { _ in } }
        let new = try Set(Self.temporary()).subtracting(before)
        #if os(Linux)
            // Other tests, and the processes that they start, have some of their own.
            let home = try #require(new.first { !Self.children(in: $0).isEmpty })
        #else
            let home = try #require(new.first)
        #endif

        encryptor = nil

        #expect(!FileManager.default.fileExists(atPath: NSTemporaryDirectory() + "/" + home))
        #if os(Linux)
            #expect(Self.processes(in: home).isEmpty)
        #endif
    }

    private static func temporary() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory())
            .filter { $0.hasPrefix("ferry-gpg-") }
    }

    /// The processes, including zombies, whose arguments name this folder.
    private static func processes(in home: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.filter { Int($0) != nil }.filter {
            let line = FileManager.default.contents(atPath: "/proc/\($0)/cmdline") ?? Data()
            return String(decoding: line, as: UTF8.self).contains(home)
        }
    }

    #if os(Linux)
        /// Those of them that this process started.
        private static func children(in home: String) -> [String] {
            processes(in: home).filter {
                let status = FileManager.default.contents(atPath: "/proc/\($0)/status") ?? Data()
                return String(decoding: status, as: UTF8.self).contains("PPid:\t\(getpid())\n")
            }
        }
    #endif

    @Test func `fails with what gpg says when gpg cannot encrypt`() throws {
        let home = try GPGHome()
        let program = try home.start(["--recipient", "nobody@example.com", "--encrypt"])

        let error = #expect(throws: PGPError.self) {
            let bytes = Self.noise(4_000_000)
            try bytes.withUnsafeBytes { try program.send($0) { _ in } }
            try program.finish { _ in }
        }

        #expect(
            error
                == .failed(
                    reason: "nobody@example.com: skipped: No public key; [stdin]: encryption "
                        + "failed: No public key"))
    }

    @Test func `needs the program`() throws {
        #expect(throws: PGPError.programMissing) {
            _ = try GPGProcess(["ferry-no-such-program"], variables: [])
        }
    }
}
