import Pages
import Postgres
import TestSupport
import Testing

@Suite("The page of views", .timeLimit(.minutes(15)))
struct ViewPageTests {
    @Test func `has every view with its columns, their types and their order`() async throws {
        let page = try Page("docs/views.md")
        try await TestDatabase.withSchema { database in
            let columns = try await database.connect().query(
                """
                select c.relname::text, a.attname::text,
                       replace(format_type(a.atttypid, a.atttypmod),
                               'timestamp with time zone', 'timestamptz')
                  from pg_class as c
                  join pg_attribute as a on a.attrelid = c.oid
                 where c.relnamespace = 'ferry'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
                   and a.attnum > 0 and not a.attisdropped
                 order by c.relname, a.attnum
                """)
            var views: [String: [String]] = [:]
            for row in columns {
                views[try row[0].string(), default: []]
                    .append("`\(try row[1].string())` \(try row[2].string())")
            }
            var documented: [String: [String]] = [:]
            for section in page.sections {
                for table in section.tables where table.columns == ["column", "type", "meaning"] {
                    #expect(documented[section.heading] == nil, "\(section.heading)")
                    documented[section.heading] = table.rows.map { "\($0[0]) \($0[1])" }
                    for row in table.rows {
                        #expect(row.count == 3 && !row[2].isEmpty, "\(section.heading): \(row)")
                    }
                }
            }

            #expect(views.count > 25)
            #expect(documented.keys.sorted() == views.keys.sorted())
            for (view, columns) in views { #expect(documented[view] == columns, "\(view)") }
        }
    }

    @Test func `lists every view at its beginning`() throws {
        let page = try Page("docs/views.md")
        let listed = page.tables("about", "views").flatMap(\.rows).flatMap { row in
            row[1].matches(of: /\[(\w+)\]\(#(\w+)\)/).map { match in
                #expect(match.output.1 == match.output.2)
                return String(match.output.1)
            }
        }
        let views = page.sections.filter { !$0.tables.isEmpty }.map(\.heading)

        #expect(listed.sorted() == views.filter { $0 != "Views" }.sorted())
    }
}

@Suite("The page of commands", .timeLimit(.minutes(15)))
struct CommandPageTests {
    private let page: Page

    init() throws { page = try Page("docs/commands.md") }

    @Test func `has every command with its arguments, in their order`() async throws {
        try await TestDatabase.withSchema { database in
            let rows = try await database.connect().query(
                """
                select d.command,
                       string_agg(format('`%s`%s', p,
                                         case when p = any (d.required) then '' else '?' end),
                                  ', ' order by n)
                  from ferry_state.command_definitions as d
                 cross join lateral unnest(d.parameters) with ordinality as u (p, n)
                 group by d.command
                """)
            let defined = try rows.map { "`\(try $0[0].string())` \(try $0[1].string())" }
            let documented = page.tables("command", "arguments", "what it does").flatMap(\.rows)

            #expect(defined.count > 40)
            #expect(documented.map { "\($0[0]) \($0[1])" }.sorted() == defined.sorted())
            for row in documented { #expect(!row[2].isEmpty, "\(row)") }
        }
    }

    @Test func `has every argument with its type and limit`() async throws {
        let types = [
            "string": "text", "object": "object", "boolean": "boolean", "integer": "whole number",
            "tables": "`\"all\"` or array of names", "strings": "array of text",
            "names": "array of names",
        ]
        let rows = try page.section("The arguments").tables.flatMap(\.rows)
        var unused = rows.map { $0[0] }
        #expect(Set(unused).count == unused.count)
        try await TestDatabase.withSchema { database in
            let defined = try await database.connect().query(
                """
                select d.command, a.key, a.value ->> 'type',
                       case when a.value ? 'choices'
                            then (select string_agg('`' || c || '`', ', ' order by n)
                                    from jsonb_array_elements_text(a.value -> 'choices')
                                         with ordinality as u (c, n))
                            when a.value ? 'characters_max'
                            then (a.value ->> 'characters_max') || ' characters'
                            when a.value ? 'items_max'
                            then to_char((a.value ->> 'items_max')::integer, 'FM999,999')
                                 || ' items'
                       end
                  from ferry_state.command_definitions as d
                 cross join lateral jsonb_each(d.arguments) as a
                """)
            #expect(defined.count > 100)
            for row in defined {
                let (command, name) = (try row[0].string(), try row[1].string())
                // One that differs from those of the same name has a row of its own.
                let own = "`\(name)` of `\(command)`"
                let known = try #require(
                    rows.first { $0[0] == own } ?? rows.first { $0[0] == "`\(name)`" }, "\(own)")
                unused.removeAll { $0 == known[0] }
                #expect(known[1] == types[try row[2].string()], "\(own)")
                if let limit = try row[3].optionalString() {
                    #expect(known[2] == limit, "\(own)")
                }
            }
            #expect(unused.isEmpty)
        }
    }

    @Test func `has every setting with its default`() async throws {
        let documented = try page.section("Settings of Ferry").tables.flatMap(\.rows)
            .map { [$0[0], $0[2]] }
        try await TestDatabase.withSchema { database in
            let rows = try await database.connect().query(
                "select '`' || name || '`', '`' || value || '`' from ferry.settings order by name")
            #expect(try rows.map { [try $0[0].string(), try $0[1].string()] } == documented)
        }
    }
}

@Suite("The queries of the documentation", .timeLimit(.minutes(15)))
struct DocumentedQueryTests {
    @Test(arguments: ["troubleshooting", "views", "events"])
    func `can be run by roles that can see everything`(_ name: String) async throws {
        let page = try Page("docs/\(name).md")
        try await TestDatabase.withSchema { database in
            let viewer = try await database.connect(as: .viewer)
            for query in page.sections.flatMap({ $0.code("sql") }) {
                do { try await viewer.run(query) } catch { Issue.record("\(query): \(error)") }
            }
        }
    }
}
