import Lifecycle
import Postgres
import TestSupport
import Testing

private struct Sent: CustomTestStringConvertible {
    let command: String
    let arguments: String
    /// The argument that holds a secret; nil for none.
    var argument: String?

    var testDescription: String { "\(command) \(arguments)" }
}

private let secrets = [
    Sent(
        command: "register_database",
        arguments: #"{"name": "crm", "credential": "postgresql://ann:hunter2@db/crm"}"#,
        argument: "credential"),
    Sent(
        command: "edit_database",
        arguments: #"{"name": "crm", "credential": "POSTGRES://db/crm?user=a&PASSWORD=hunter2"}"#,
        argument: "credential"),
    Sent(
        command: "register_database",
        arguments: #"{"name": "crm", "credential": "host=db  Password = 'hunter2' user=ann"}"#,
        argument: "credential"),
    Sent(
        command: "register_database",
        arguments: #"{"name": "crm", "credential": "password=hunter2"}"#, argument: "credential"),
    Sent(
        command: "create_data_export",
        arguments: #"{"name": "a", "tables": ["public.a", "mysql://a:hunter2@db"]}"#,
        argument: "tables"),
    Sent(
        command: "create_destination",
        arguments: #"{"name": "a", "kind": "sftp", "settings": {"password": "hunter2"}}"#,
        argument: "settings"),
    Sent(
        command: "create_destination",
        arguments: #"{"name": "a", "kind": "s3", "settings": {"x": [{"Session_Token": "A1"}]}}"#,
        argument: "settings"),
    Sent(
        command: "create_destination",
        arguments: #"{"name": "a", "kind": "sftp", "settings": {"password": 42000}}"#,
        argument: "settings"),
    Sent(
        command: "create_destination",
        arguments: #"{"name": "a", "kind": "s3", "settings": {"secret": {"value": ["hunter2"]}}}"#,
        argument: "settings"),
    Sent(
        command: "create_data_template",
        arguments: #"{"name": "a", "settings": {"headers": {"X-API-Key": "hunter2"}}}"#,
        argument: "settings"),
    Sent(
        command: "edit_table",
        arguments: """
            {"name": "a", "table": "public.a",
             "settings": {"filter": "-----BEGIN OPENSSH PRIVATE KEY-----"}}
            """, argument: "settings"),
]

private let harmless = [
    Sent(command: "register_database", arguments: #"{"name": "crm", "credential": "crm"}"#),
    Sent(
        command: "create_data_export",
        arguments: #"{"name": "Password = changed, see https://wiki:443/a@b"}"#),
    Sent(
        command: "create_destination",
        arguments: #"{"name": "a", "kind": "sftp", "settings": {"password": "env:SFTP"}}"#),
    Sent(
        command: "create_data_template",
        arguments: """
            {"name": "a", "destination": "a", "settings": {"pgp_public_key":
             "-----BEGIN PGP PUBLIC KEY BLOCK-----\\nComment: not the PGP PRIVATE KEY BLOCK"}}
            """),
    Sent(
        command: "create_destination",
        arguments: #"{"name": "a", "kind": "sftp", "settings": {"password": null, "token": ""}}"#),
    // Columns have such names, and that is what masks are for.
    Sent(
        command: "edit_table",
        arguments: """
            {"name": "a", "table": "public.a",
             "settings": {"masks": {"password": "null", "secret": "null"},
                          "filter": "password = '' and user = 'x'"}}
            """),
]

@Suite("A secret in the arguments of a command", .timeLimit(.minutes(15)))
struct SecretTests {
    @Test(arguments: secrets) fileprivate func `is refused`(_ sent: Sent) async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            let error = try await refusal(
                alice, "insert into ferry.commands (command, arguments) values ($1, $2)",
                [.text(sent.command), .text(sent.arguments)])

            #expect(error?.sqlState == "FY004")
            #expect(
                error?.message
                    == "argument \"\(sent.argument ?? "")\" of \(sent.command) contains a secret")
            #expect(error.map { "\($0)".contains("hunter2") } == false)
            #expect(error?.hint?.hasSuffix("seen this secret, change it") == true)
        }
    }

    @Test(arguments: harmless) fileprivate func `is not what only looks like one`(_ sent: Sent)
        async throws
    {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            try await alice.send(sent.command, sent.arguments)
            #expect(try await alice.number("select count(*) from ferry.commands") == 1)
        }
    }

    /// What the program shows before it sends anything is looked through by the same rule.
    @Test func `looks the same to the program`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let texts = [
                "hunter2", "", "env:X", "file:/x", "ENV:X", "postgres://u:p@h/d", "x://u@h:1/p@q",
                "a://:p@h", "say http://h/?a=1&sslpassword=x now", "s3://b/?password=", "//u:p@h",
                "password = x host=h", "password=x", "sslPassword\t=\tx service = s",
                "host=password",
                "password = ", "-----BEGIN EC PRIVATE KEY-----", "-----BEGIN PUBLIC KEY-----",
                "a+b://u:\u{301}p@h", "日本://u:p@h", "nopassword=x host=h",
            ]
            let keys =
                SecretForm.keys.sorted() + ["Pass-Word", "x-api-KEY", "connection", "path", "k"]
            for key in keys {
                for text in texts {
                    let found = try await owner.query(
                        """
                        select ferry_state.secret_in('create_destination', jsonb_build_object(
                            'settings', jsonb_build_object($1::text, array[$2::text]))) is not null
                        """, [.text(key), .text(text)])[0][0].bool()
                    #expect(
                        SecretForm.isSecret(text, under: ["settings", key]) == found,
                        "\(key): \(text)")
                }
            }
            #expect(SecretForm.isSecret("x", under: ["secret", "value"]))
            #expect(!SecretForm.isSecret("env:X", under: ["secret", "value"]))
        }
    }
}
