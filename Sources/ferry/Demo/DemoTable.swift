import Postgres

/// One table of the demo's source database and how it is filled.
///
/// Everything is derived from the row's number, so every demo of one size has the same rows.
struct DemoTable: Sendable {
    let name: String
    /// The columns besides `id`.
    let columns: String
    /// Their expressions over the row's number `i` and its hash `h` (0 to 2³² − 1).
    let values: String
    /// The number of its rows when the largest table has this many.
    let rows: @Sendable (_ largest: Int) -> Int

    /// Creates and fills the table.
    func fill(largest: Int, through connection: Connection) async throws {
        let sizes = DemoTable.all.map { ($0.name, $0.rows(largest)) }
        var selected = values
        for (name, rows) in sizes {
            selected = selected.replacing("{\(name)}", with: String(rows))
        }
        // One script is one transaction, and then a new table needs no write-ahead log.
        try await connection.run(
            """
            create table public.\(name) (id bigint not null, \(columns));
            insert into public.\(name)
            select i, \(selected)
              from generate_series(1, \(rows(largest))) as n (i),
                   lateral (select i * 2654435761 % 4294967296 as h) as s;
            alter table public.\(name) add primary key (id);
            """)
        try await connection.run("vacuum (analyze) public.\(name)")
    }
}

extension DemoTable {
    /// From the largest to the smallest.
    static let all = [orders, events, addresses, customers, supportNotes, products]

    private static let orders = DemoTable(
        name: "orders",
        columns: """
            customer_id bigint not null, product_id bigint not null, quantity integer not null,
            total numeric(12,2) not null, currency text not null, state text not null,
            is_gift boolean not null, coupon text, ordered_at timestamptz not null, shipped_on date
            """,
        values: """
            1 + h % {customers}, 1 + (h >> 7) % {products}, 1 + (h >> 11) % 5,
            (100 + h % 90000)::numeric / 100,
            (array['EUR', 'USD', 'GBP', 'JPY', 'UAH'])[1 + (h >> 5) % 5],
            (array['new', 'paid', 'shipped', 'delivered', 'returned'])[1 + (h >> 9) % 5],
            h % 17 = 0, case when h % 11 = 0 then 'SAVE-' || h % 1000 end,
            timestamptz '2023-01-01 00:00:00+00' + i * interval '47.113 seconds',
            case when h % 5 > 0 then date '2023-01-01' + (i / 1800)::integer end
            """,
        rows: { $0 })

    private static let events = DemoTable(
        name: "events",
        columns: """
            customer_id bigint not null, kind text not null, at timestamptz not null,
            payload jsonb not null
            """,
        values: """
            1 + h % {customers},
            (array['visit', 'search', 'cart', 'login', 'email_opened'])[1 + (h >> 5) % 5],
            timestamptz '2024-06-01 00:00:00+00' + i * interval '13.7 seconds',
            jsonb_build_object('page', '/p/' || h % 5000, 'ms', h % 900, 'mobile', h % 3 = 0)
            """,
        rows: { max(1, $0 / 2) })

    private static let addresses = DemoTable(
        name: "addresses",
        columns: """
            customer_id bigint not null, line text not null, city text not null, postcode text,
            country text not null, is_primary boolean not null
            """,
        values: """
            1 + (i - 1) % {customers},
            1 + h % 240 || (array[' Rue de l''Église', ' Königstraße', ' Main St, Apt "B"',
                ' вул. Хрещатик', ' 中山北路', ' Łąkowa'])[1 + (h >> 4) % 6],
            (array['Orléans', 'Köln', 'Springfield', 'Київ', '臺北', 'Łódź'])[1 + (h >> 4) % 6],
            case when h % 9 > 0 then lpad((h % 100000)::text, 5, '0') end,
            (array['FR', 'DE', 'US', 'UA', 'TW', 'PL'])[1 + (h >> 4) % 6], i <= {customers}
            """,
        rows: { max(1, $0 / 4) })

    private static let customers = DemoTable(
        name: "customers",
        columns: """
            code uuid not null, full_name text not null, email text, born_on date,
            is_active boolean not null, credit_limit numeric(12,2), preferences jsonb,
            created_at timestamptz not null
            """,
        values: """
            md5(i::text)::uuid,
            (array['José', 'Zoë', 'Мария', '小龍', 'Siobhán', 'Ahmet', 'Nguyễn', 'عمر', 'Olena',
                'Jean-Luc', 'Łukasz', 'Anne "Annie"'])[1 + (h >> 3) % 12] || ' ' ||
            (array['O''Brien', 'García', 'Иванова', '李', 'Müller', 'Yılmaz', 'Smith, Jr.',
                'Шевченко', 'Dupont', 'Nowak', '🦊 Fox'])[1 + (h >> 13) % 11],
            case when h % 13 > 0 then 'customer' || i || '@example.com' end,
            case when h % 4 > 0 then date '1940-01-01' + (h % 25000)::integer end,
            h % 10 > 0, case when h % 6 > 0 then (h % 1000000)::numeric / 100 end,
            case when h % 3 > 0 then jsonb_build_object('language',
                (array['en', 'fr', 'uk', 'zh'])[1 + (h >> 6) % 4], 'newsletter', h % 2 = 0) end,
            timestamptz '2020-01-01 00:00:00+00' + h % 150000000 * interval '1 second'
            """,
        rows: { max(1, $0 / 5) })

    private static let supportNotes = DemoTable(
        name: "support_notes",
        columns: """
            customer_id bigint not null, author text, body text not null,
            written_at timestamptz not null
            """,
        values: """
            1 + h % {customers}, case when h % 7 > 0 then 'agent-' || h % 40 end,
            (array['Called back, no answer.', E'Asked for a refund:\\n"never again", he said.',
                E'Two lines,\\r\\nand a tab\\there.', 'Très content 👍, merci!', 'ціна; «знижка»?',
                '', '\\N', 'C:\\new\\table'])[1 + (h >> 5) % 8],
            timestamptz '2024-01-01 00:00:00+00' + i * interval '311 seconds'
            """,
        rows: { max(1, $0 / 10) })

    private static let products = DemoTable(
        name: "products",
        columns: """
            sku text not null, name text not null, price numeric(12,2) not null,
            tags text[] not null, attributes jsonb, discontinued_on date
            """,
        values: """
            'SKU-' || lpad(i::text, 6, '0'),
            (array['Chair "Oslo"', 'Lampe, klein', 'Стіл', '茶壺', 'Mug 12 oz', 'Böngésző'])[
                1 + (h >> 3) % 6] || ' ' || i,
            (99 + h % 50000)::numeric / 100,
            case when h % 2 = 0 then array['home', 'new'] else array['sale', 'last, "chance"'] end,
            case when h % 5 > 0 then jsonb_build_object('weight_g', h % 9000, 'colour',
                (array['red', 'bleu', '綠'])[1 + (h >> 8) % 3]) end,
            case when h % 20 = 0 then date '2024-03-31' end
            """,
        rows: { min(5000, max(10, $0 / 1000)) })
}
