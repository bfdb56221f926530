import Postgres

extension Failure {
    /// The server cannot do this at the moment.
    static func unavailable(_ error: ServerError) -> Failure? {
        switch error.sqlState {
        case "25006":
            Failure(
                .unavailable, "the database is read-only: \(error.message)",
                hint: "it is a standby, or default_transaction_read_only is on: connect to the "
                    + "primary, or wait until it is writable")
        case "54000":
            Failure(
                .unavailable, error.message,
                hint: "if its notification queue is full, a listening session has been in a "
                    + "transaction for too long: `ferry doctor` names it")
        case "57P01", "57P02", "57P03", "57P05":
            Failure(
                .unavailable, error.message,
                hint: "the server ended the session, is starting or is shutting down: try again")
        case "57014":
            Failure(
                .unavailable, error.message,
                hint: "an administrator canceled it, or it took longer than statement_timeout: "
                    + "try again")
        case "40001", "40P01", "55P03":
            Failure(
                .unavailable, error.message,
                hint: "another session held a lock: try again; `ferry doctor` shows sessions that "
                    + "hold locks for long")
        case "26000", "42P05":
            Failure(
                .unavailable,
                "a connection pooler in transaction mode is between Ferry and the "
                    + "database: \(error.message)",
                hint: "connect directly, or switch the pooler to session mode")
        default: nil
        }
    }

    /// The server rejected a value that no column accepts.
    static func invalidValue(_ error: ServerError) -> Failure? {
        switch error.sqlState {
        case "22003":
            Failure(
                .usage, "a number is out of range: \(error.message)",
                hint: "--priority is 0 to 3; ids are below 2^63")
        case "22007", "22008":
            Failure(
                .usage, "invalid time: \(error.message)",
                hint: "for example 2026-01-31T02:00Z")
        case "54001":
            Failure(
                .usage, "the arguments are nested too deeply",
                hint: "commands accept only a few levels of JSON")
        default: nil
        }
    }
}
