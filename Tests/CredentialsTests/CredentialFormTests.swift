import Testing

@testable import Credentials

@Suite("The value of a credential")
struct CredentialFormTests {
    @Test(arguments: [
        "postgresql://reader@db.example/crm", "POSTGRES://db/crm", "host=/run/postgres dbname=crm",
        "dbname = crm", "  service=x\n",
    ])
    func `is a connection string by its form`(text: String) throws {
        #expect(try CredentialReader.credential(text).kind == .postgres)
    }

    @Test func `is a URL or a public key by its form`() throws {
        #expect(
            try CredentialReader.credential("https://hooks.example.com/T0K3N\n")
                == .webhook(WebhookAccess(url: "https://hooks.example.com/T0K3N")))
        let key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n-----END PGP PUBLIC KEY BLOCK-----"
        #expect(try CredentialReader.credential(key + "\n") == .pgp(publicKey: key))
    }

    @Test func `else is a mapping with its kind`() throws {
        #expect(
            try CredentialReader.credential(
                """
                kind: s3
                endpoint: HTTPS://Minio.example:443/
                access_key_id: 0123
                secret_access_key: "yes"
                """)
                == .s3(
                    S3Access(
                        endpoint: PlacePattern("https://minio.example"),
                        keys: S3Access.Keys(id: "0123", secret: "yes"))))
        #expect(
            try CredentialReader.credential(
                #"{"kind": "sftp", "host": "*.example", "private_key": "k", "passphrase": "p"}"#)
                == .sftp(
                    SFTPAccess(
                        host: PlacePattern("*.example"),
                        login: .privateKey("k", passphrase: "p"))))
        #expect(
            try CredentialReader.credential(
                "{kind: webhook, url: 'http://h/x', key: whsec_x, headers: {X-A: b}}")
                == .webhook(
                    WebhookAccess(url: "http://h/x", key: "whsec_x", headers: ["x-a": "b"])))
        #expect(
            try CredentialReader.credential("{kind: postgres, connection: service=crm}")
                == .postgres(connection: "service=crm"))
    }

    @Test(arguments: [
        ("hunter2", "it must be a connection string"),
        ("[hunter2]", "it must be a connection string"),
        ("{hunter2: ", "it must be a connection string"),
        ("{secret: hunter2}", "\"kind\" is missing"),
        ("{kind: hunter2}", "\"kind\" must be one of postgres, s3, sftp, webhook, pgp"),
        ("{kind: s3, secret_access_key: hunter2}", "access_key_id and secret_access_key require"),
        ("{kind: s3, session_token: hunter2}", "access_key_id and secret_access_key require"),
        ("{kind: s3, endpoint: 'https://u:hunter2@h'}", "\"endpoint\" must be https:// or"),
        ("{kind: s3, ca_file: hunter2}", "\"ca_file\" must be the absolute path"),
        ("{kind: s3, password: hunter2}", "a credential of kind s3 has no \"password\", but endp"),
        ("{kind: sftp, password: hunter2}", "\"host\" is missing"),
        ("{kind: sftp, host: h}", "it must have either \"password\" or \"private_key\""),
        ("{kind: sftp, host: h, password: [hunter2]}", "\"password\" must be a text of 1 to"),
        ("{kind: sftp, host: h, password: ''}", "\"password\" must be a text of 1 to"),
        ("{kind: webhook, url: 'ftp://hunter2'}", "its URL must be https://… or http://…"),
        ("https://hunter2 /", "its URL must be https://… or http://…"),
        (
            "{kind: webhook, url: 'https://h', headers: {Host: hunter2}}",
            "\"headers\" has a name that cannot be set"
        ),
        (
            "{kind: webhook, url: 'https://h', headers: {x: \"hunter2\\r\\ny: z\"}}",
            "header \"x\" must be a text without control characters"
        ),
    ])
    func `that is wrong says how, and is not repeated`(text: String, said: String) {
        let error = #expect(throws: CredentialProblem.self) {
            try CredentialReader.credential(text)
        }

        #expect(error?.description.hasPrefix(said) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func `is not shown`() throws {
        let credential = try CredentialReader.credential("postgresql://u:hunter2@h/d")

        #expect("\(credential)" == "a credential of kind postgres")
        var dumped = ""
        dump(credential, to: &dumped)
        #expect(!dumped.contains("hunter2") && !String(reflecting: credential).contains("hunter2"))
    }

    @Test(arguments: [
        ("sftp.example", "sftp.example", 22, true), ("sftp.example", "SFTP.example", 22, true),
        ("sftp.example", "sftp.example", 2222, false),
        ("sftp.example:22", "sftp.example", 22, true),
        ("sftp.example:2222", "sftp.example", 2222, true), ("*", "sftp.example", 22, true),
        ("*", "sftp.example", 2222, false), ("*:*", "sftp.example", 2222, true),
        ("*.example", "example", 22, false), ("*.example", "a.b.example", 22, true),
        ("*.example", "a.example.evil", 22, false), ("s*p.*.com", "sftp.x.com", 22, true),
        ("s*p.*.com", "sftp.x.net", 22, false), ("*.example", "a/b.example", 22, false),
        ("[::1]:2222", "::1", 2222, true), ("::1", "::1", 22, true),
    ])
    func `goes to the hosts that it names`(
        pattern: String, host: String, port: Int, isAllowed: Bool
    ) {
        let access = SFTPAccess(host: PlacePattern(pattern), login: .password("x"))

        #expect(access.allows(host: host, port: port) == isAllowed)
    }
}
