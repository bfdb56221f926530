import Foundation
import TestSupport
import Testing

@testable import Formats

@Suite("A PGP key", .timeLimit(.minutes(15)))
struct PGPKeyTests {
    let owner: TestPGP

    init() throws { owner = try TestPGP() }

    func settings(_ publicKey: String, key: String? = nil) throws -> PGPEncryption {
        var settings = ["pgp_public_key": publicKey]
        settings["pgp_key"] = key
        let json = try JSONEncoder().encode(settings)
        return try #require(try DataTemplateSettings(json: json).encryption)
    }

    func fingerprint(_ publicKey: String, key: String? = nil) throws -> String {
        try PGPKeyring(publicKey, key: settings(publicKey, key: key).key).fingerprint
    }

    func refusal(_ publicKey: String, key: String? = nil) throws -> PGPError? {
        let encryption = try settings(publicKey, key: key)
        return #expect(throws: PGPError.self) { try PGPKeyring(publicKey, key: encryption.key) }
    }

    @Test func `is used by its newest subkey for encryption that is valid`() throws {
        let keys = try owner.makeKey(
            subkeys: ["cv25519 encr never", "cv25519 encr never", "ed25519 sign never"],
            year: 2024)

        #expect(try fingerprint(owner.export()) == keys[2])
    }

    @Test func `can be chosen by fingerprint or long id`() throws {
        let keys = try owner.makeKey(subkeys: ["cv25519 encr never", "cv25519 encr never"])
        _ = try owner.makeKey(subkeys: ["cv25519 encr never"])
        let block = try owner.export()
        let spaced = "0x" + String(keys[1].prefix(20)) + "  " + String(keys[1].suffix(20))

        #expect(try fingerprint(block, key: keys[1]) == keys[1])
        #expect(try fingerprint(block, key: spaced.lowercased()) == keys[1])
        #expect(try fingerprint(block, key: String(keys[2].suffix(16))) == keys[2])
    }

    @Test func `is refused where several are there and none is chosen`() throws {
        let first = try owner.makeKey(subkeys: ["cv25519 encr never"])[0]
        let second = try owner.makeKey(subkeys: ["cv25519 encr never"])[0]

        guard case .severalKeys(let keys) = try refusal(owner.export()) else {
            Issue.record("not refused as several")
            return
        }

        #expect(Set(keys) == [first, second])
    }

    @Test func `is refused where a primary key is chosen`() throws {
        let keys = try owner.makeKey(subkeys: ["cv25519 encr never"])

        let error = try refusal(owner.export(), key: keys[0])

        #expect(error == .primaryKey(keys[0], subkeys: [keys[1]]))
        #expect(
            error?.description
                == "PGP key \(keys[0]) is a primary key, but files are encrypted only for subkeys: "
                + "its subkeys for encryption are \(keys[1]); name one of them in the setting "
                + "\"pgp_key\"")
    }

    @Test func `is refused where only the primary key could encrypt`() throws {
        let key = try owner.makeKey("rsa2048", for: "cert,encr")[0]

        #expect(try refusal(owner.export()) == .onlyPrimaryKey(key))
    }

    @Test func `is refused where nothing of it can encrypt`() throws {
        let keys = try owner.makeKey(subkeys: ["ed25519 sign never"])

        #expect(try refusal(owner.export()) == .notForEncryption(keys[0]))
        #expect(try refusal(owner.export(), key: keys[1]) == .notForEncryption(keys[1]))
    }

    @Test func `is refused when it has expired`() throws {
        let keys = try owner.makeKey(subkeys: ["cv25519 encr 1y"], year: 2020)

        #expect(try refusal(owner.export()) == .expired(keys[1], when: "2021-01-01"))
        let whole = try TestPGP()
        let primary = try whole.makeKey(
            subkeys: ["cv25519 encr never"], year: 2020, expiry: "1y")
        #expect(try refusal(whole.export()) == .expired(primary[0], when: "2020-12-31"))
    }

    @Test func `is refused when it was revoked`() throws {
        let keys = try owner.makeKey(subkeys: ["cv25519 encr never"])
        try owner.revoke(keys[0])

        #expect(try refusal(owner.export()) == .revoked(keys[0]))
        #expect(try refusal(owner.export(), key: keys[1]) == .revoked(keys[0]))
    }

    @Test func `is refused when it is secret, and not repeated`() throws {
        let key = try owner.makeKey(subkeys: ["cv25519 encr never"])[0]
        let secret = try owner.exportSecret(key)
        let disguised = secret.replacing("PRIVATE KEY", with: "PUBLIC KEY")

        for text in [secret, disguised] {
            let error = try refusal(text)
            #expect(error == .secretKey)
            let lines = text.split(separator: "\n").filter {
                $0.count > 20 && !$0.contains("-----")
            }
            #expect(!lines.isEmpty)
            for line in lines { #expect(error?.description.contains(line) == false) }
        }
    }

    /// Every length, so that the last line has one, two or no padding.
    @Test func `needs no checksum, and may come with any headers and line ends`() throws {
        let key = try owner.makeKey(subkeys: ["cv25519 encr never"])
        let block = try owner.export()
        let lines = block.split(separator: "\n").map(String.init)
        let (first, last) = (lines[0], lines[lines.count - 1])
        let body = lines.dropFirst().dropLast().filter { !$0.hasPrefix("=") && !$0.contains(":") }
        let comment = "Comment: holds no PRIVATE KEY, see -----BEGIN PGP PRIVATE KEY BLOCK-----"

        for (lines, end) in [
            ([first, ""] + body + [last], "\n"),
            ([first, "Version: 1", comment, ""] + body + [last], "\n"),
            (["Hello, this is no PRIVATE KEY:", first, ""] + body + ["=AAAA", last], "\r\n"),
        ] {
            let text = lines.joined(separator: end) + end
            #expect(try fingerprint(text) == key[1], "\(text)")
        }
        #expect(try refusal(([first, ""] + body).joined(separator: "\n")) == .noKey)
        #expect(try refusal(([first, ""] + body + ["*", last]).joined(separator: "\n")) == .noKey)
    }

    /// Those whose last group of base64 is whole are a third of all.
    @Test func `needs no checksum, however its base64 ends`() throws {
        var endings: Set<Int> = []
        for length in 1...20 where endings.count < 3 {
            let owner = try TestPGP()
            let name = "Receiver " + String(repeating: "n", count: length)
            let key = try owner.makeKey(subkeys: ["cv25519 encr never"], name: name)
            let lines = try owner.export().split(separator: "\n").filter { !$0.hasPrefix("=") }
            endings.insert(lines.dropLast().last?.reversed().prefix { $0 == "=" }.count ?? -1)

            #expect(try fingerprint(lines.joined(separator: "\n")) == key[1])
        }
        #expect(endings == [0, 1, 2])
    }

    @Test(arguments: [
        "", "hello",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----",
    ])
    func `is refused when it is none`(text: String) throws {
        #expect(try refusal(text) == .noKey)
    }

    @Test func `is distinguished from others by name`() throws {
        let keys = try owner.makeKey(subkeys: ["cv25519 encr never"])
        let other = String(repeating: "0", count: 40)

        #expect(try refusal(owner.export(), key: other) == .unknownKey(other, subkeys: [keys[1]]))
        #expect(
            throws: SettingsError.notAllowed(
                setting: "pgp_key", value: "Alice",
                rule: "must be the fingerprint (40 hexadecimal digits) or the long id (16) of a "
                    + "subkey for encryption")
        ) { try settings("x", key: "Alice") }
    }

    @Test func `may be a credential of the workers, and is one or the other`() throws {
        let settings = try DataTemplateSettings(json: #"{"pgp_credential": "partner"}"#)
        #expect(settings.encryption?.credential == "partner")
        #expect(settings.encryption?.publicKey == nil)

        for wrong in [
            #"{"pgp_credential": "env:KEY"}"#, #"{"pgp_credential": "a", "pgp_public_key": "b"}"#,
        ] {
            #expect(throws: SettingsError.self) { try DataTemplateSettings(json: wrong) }
        }
    }

    @Test func `is named in a manifest and not repeated there`() throws {
        let keys = try owner.makeKey(subkeys: ["cv25519 encr never"])
        var settings = DataTemplateSettings()
        settings.encryption = PGPEncryption(fingerprint: keys[1])

        let json = try JSONEncoder().encode(settings)

        #expect(try JSONDecoder().decode(DataTemplateSettings.self, from: json) == settings)
        #expect(settings.fileExtension == ".csv.pgp")
        // A data template needs the key itself.
        #expect(throws: SettingsError.self) { try DataTemplateSettings(json: json) }
    }
}
