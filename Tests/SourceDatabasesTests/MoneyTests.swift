import Credentials
import Foundation
import Lifecycle
import Postgres
import PrivateServer
import SourceDatabases
import TestSupport
import Testing
import Values

/// Of the locale of its server money has its decimals: the same 1234 are 12.34 dollars, 1234 yen or
/// 1.234 dinar. Locales are made as the tests need them.
@Suite("Money", .timeLimit(.minutes(15)))
struct MoneyTests {
    private static let localeSources = "/usr/share/i18n/locales/ja_JP"

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: localeSources),
            "there are no sources of locales on this machine"),
        arguments: [
            ("ja_JP", "1234", "1,1234\n2,-5\n", "numeric '1000'"),
            ("ar_BH", "1.234", "1,1.234\n2,-5.000\n", "numeric '1'"),
            ("de_DE", "12.34", "1,12.34\n2,-5.00\n", "numeric '10'"),
        ])
    func `has the decimals of its server's locale`(
        locale: String, amount: String, rows: String, limit: String
    ) async throws {
        let folder = NSTemporaryDirectory() + "ferry-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder + "/locales", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await makeLocale(locale, in: folder + "/locales")
        let server = try await PrivateServer.start(
            variables: ["LOCPATH": folder + "/locales:/usr/lib/locale"])
        let result = await Task {
            let admin = try await Connection.connect(
                ConnectionOptions(server.url(database: "postgres")))
            try await admin.run("alter role ferry set lc_monetary = '\(locale).UTF-8'")
            await admin.close()
            let owner = try await Connection.connect(
                ConnectionOptions(server.url(database: "postgres")))
            try await owner.run(
                """
                create table public.t (id int, m money);
                insert into public.t values (1, \(amount)::numeric::money), (2, (-5)::money);
                """)
            await owner.close()
            try Data(server.url(database: "postgres").utf8).write(
                to: URL(fileURLWithPath: folder + "/shop"))
            let source = SourceDatabase(
                name: "shop", credential: "shop", of: WorkerCredentials(paths: [folder]))

            #expect(try await text(source) == rows)
            let filtered = try await text(source, filter: "m > (\(limit))::money")
            #expect(filtered == rows.split(separator: "\n").prefix(1).joined() + "\n")
        }.result
        await server.stop()
        try result.get()
    }

    private func text(_ source: SourceDatabase, filter: String? = nil) async throws -> String {
        let settings = try filter.map {
            [TableName.named("t"): try TableSettings(["filter": .string($0)])]
        }
        let snapshot = try await SourceSnapshot.take(
            source, tables: [.named("t")], settings: settings ?? [:])
        let reader = try await source.connect()
        try await SourceSnapshot.join(reader, id: snapshot.id)
        var bytes: [UInt8] = []
        _ = try await reader.copyOut(
            "COPY \(snapshot.tables[0].copySource()) TO STDOUT (FORMAT csv)"
        ) {
            bytes.append(contentsOf: $0.bytes)
        }
        await reader.close()
        await snapshot.release()
        return String(decoding: bytes, as: UTF8.self)
    }

    private func makeLocale(_ name: String, in folder: String) async throws {
        let making = Process()
        making.executableURL = URL(fileURLWithPath: "/usr/bin/localedef")
        making.arguments = ["-i", name, "-f", "UTF-8", "--no-archive", "\(folder)/\(name).UTF-8"]
        making.standardError = FileHandle.nullDevice
        try making.run()
        making.waitUntilExit()
        // The server runs as another user where the tests run as root.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
    }
}
