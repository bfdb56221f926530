import Testing

@testable import Postgres

@Suite("A connection string that libpq cannot read", .timeLimit(.minutes(15)))
struct ConnectionAdviceTests {
    @Test(arguments: [
        ("\"postgresql://me:secret@h/d\"", "remove the quotes around it"),
        ("${DATABASE_URL}", "it is the name of a variable, not its value"),
        ("jdbc:postgresql://h/d?user=me&password=secret", "it is a JDBC URL"),
        ("postgresql+psycopg2://me:secret@h/d", "it is an SQLAlchemy URL"),
        ("mysql://me:secret@h/d", "begin with postgresql://"),
        ("postgresql://me:secret@h/d?schema=public", "its parameter \"schema\" is not"),
        (
            "postgresql://me:secret@h/d?sslmode=require&pgbouncer=true",
            "its parameter \"pgbouncer\""
        ),
    ])
    func `is explained, without its secret`(conninfo: String, advice: String) {
        let error = #expect(throws: PostgresError.self) {
            try ConnectionOptions(conninfo).keywords()
        }

        let text = "\(error, default: "")"
        #expect(text.contains("the connection string is not valid: " + advice), "\(text)")
        #expect(!text.contains("secret"))
    }

    @Test(arguments: [" host=h dbname=d ", "\u{FEFF}postgresql://h/d\n", "postgresql://h/d \r\n"])
    func `is read where only spaces are around it`(conninfo: String) throws {
        let keywords = try ConnectionOptions(conninfo).keywords()

        #expect(keywords.contains { $0 == ("host", "h") })
        #expect(keywords.contains { $0 == ("dbname", "d") })
    }
}
