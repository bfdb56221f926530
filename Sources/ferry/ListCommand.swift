import ArgumentParser
import Foundation
import Postgres
import Watching

/// What one of the listing subcommands shows.
protocol Listing {
    static var name: String { get }
    static var abstract: String { get }
    /// The view, with its alias `v`.
    static var view: String { get }
    static var columns: [ListColumn] { get }
    static var order: String { get }
    /// Whether only the newest rows are shown, as there may be millions.
    static var isLong: Bool { get }
    /// The further options of the subcommand.
    associatedtype Filter: ListFilter
}

extension Listing {
    static var isLong: Bool { false }

    /// `analysts (bob)` where bob acted in another role's name.
    static var actor: ListColumn {
        ListColumn(
            "ACTOR",
            "v.actor || case when v.login = v.actor then '' else ' (' || v.login || ')' end")
    }
}

/// Which rows of a view to show.
protocol ListFilter: ParsableArguments {
    /// SQL conditions on `v`, and the values of their parameters from `$1`.
    var conditions: [(String, Value)] { get }
    /// A view with the same columns that finds these rows faster; nil to use the listing's own
    /// view.
    var view: String? { get }
    /// What to check when there are no rows.
    var missing: (query: String, failure: Failure)? { get }
}

extension ListFilter {
    var view: String? { nil }
    var missing: (query: String, failure: Failure)? { nil }
}

struct ListColumn {
    enum Kind {
        case text, number, count, bytes, time, percent
        /// Shown in the colour of the state, if colours are enabled.
        case state
    }

    var title: String
    /// An SQL expression over `v`.
    var expression: String
    var kind: Kind

    init(_ title: String, _ expression: String, _ kind: Kind = .text) {
        self.title = title
        self.expression = expression
        self.kind = kind
    }

    var isRight: Bool {
        switch kind {
        case .text, .state, .time: false
        case .number, .count, .bytes, .percent: true
        }
    }
}

/// Shows a view, as an aligned table or as JSON.
struct ListCommand<Content: Listing>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: Content.name, abstract: Content.abstract)
    }

    @OptionGroup var filter: Content.Filter

    @Option(help: "Maximum number of rows; 0 for all.")
    var limit: Int = Content.isLong ? 50 : 0

    @OptionGroup var format: OutputOptions

    func validate() throws {
        if limit < 0 { throw ValidationError("--limit is 0 or more") }
    }

    func run() async throws {
        let connection = try await QueueDatabase.connect()
        try await QueueDatabase.checkSchema(connection)
        let conditions = filter.conditions
        let wheres = conditions.enumerated().map { index, condition in
            condition.0.replacingOccurrences(of: "$?", with: "$\(index + 1)")
        }
        let selected: String
        switch format.output {
        case .ndjson: selected = "row_to_json(v)::text"
        case .table:
            selected = Content.columns.enumerated().map { index, column in
                let expression =
                    column.kind == .time
                    ? "extract(epoch from \(column.expression))::float8" : column.expression
                return "(\(expression))::text as c\(index)"
            }.joined(separator: ", ")
        }
        let rows = try await connection.query(
            "select \(selected) from \(filter.view ?? Content.view) as v "
                + (wheres.isEmpty ? "" : "where " + wheres.joined(separator: " and "))
                + " order by \(Content.order)" + (limit > 0 ? " limit \(limit)" : ""),
            conditions.map(\.1))
        if rows.isEmpty, let missing = filter.missing {
            let found = try await connection.query(missing.query, conditions.map(\.1))
            if found.isEmpty { throw missing.failure }
        }
        switch format.output {
        case .ndjson:
            for row in rows { try await Output.line(JSONLines.shielded(try row[0].string())) }
        case .table:
            try await Output.write(ListTable.text(Content.columns, rows, timeZone: .current))
        }
        await connection.close()
    }
}

/// The same list as a subcommand of its kind: `ferry export list` is `ferry exports`.
struct ListSubcommand<Content: Listing>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Content.abstract)
    }

    @OptionGroup var list: ListCommand<Content>

    func run() async throws { try await list.run() }
}
