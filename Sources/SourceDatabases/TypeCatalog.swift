import Formats
import Postgres

/// The types of a source's catalog.
struct TypeCatalog: Sendable {
    private struct Entry: Sendable {
        let kind: ValueType.Kind
        let isDomain: Bool
        /// The base type of a domain; 0 for others.
        let base: UInt32
        let modifier: Int32
        /// Of an array; 0 for others.
        let element: UInt32
        let delimiter: UInt8
        let hasCastToText: Bool
    }

    private let entries: [UInt32: Entry]
    /// The number of decimal places of money, which depends on the locale.
    private let moneyScale: Int32

    /// Loads these types, and all types that they consist of.
    static func of(_ types: Set<UInt32>, _ connection: Connection) async throws -> TypeCatalog {
        let rows = try await connection.query(
            """
            with recursive reached (oid) as (
                select unnest($1::oid[])
                union
                select next.oid
                  from reached
                  join pg_type as t on t.oid = reached.oid
                 cross join lateral (values (t.typbasetype), (t.typelem)) as next (oid)
                 where next.oid <> 0
            )
            select t.oid::bigint, t.typtype, t.typbasetype::bigint, t.typtypmod,
                   -- An array is what some type says is its array: int2vector and point are none.
                   case when e.typarray = t.oid then e.oid::bigint else 0 end,
                   ascii(t.typdelim),
                   -- Of boolean and char(n) the cast is what people know: true, and no blanks.
                   exists (select from pg_cast as c where c.castsource = t.oid
                              and c.casttarget = 'text'::regtype and c.castfunc <> 0
                              and c.castsource not in ('boolean'::regtype, 'bpchar'::regtype)),
                   scale(0::money::numeric)
              from reached
              join pg_type as t on t.oid = reached.oid
              left join pg_type as e on e.oid = t.typelem
            """, [Value(types.map { "\($0)" })])
        var entries: [UInt32: Entry] = [:]
        for row in rows {
            let element = UInt32(truncatingIfNeeded: try row[4].int64())
            entries[UInt32(truncatingIfNeeded: try row[0].int64())] = Entry(
                kind: element == 0 ? kind(try row[1].string()) : .array,
                isDomain: try row[1].string() == "d",
                base: UInt32(truncatingIfNeeded: try row[2].int64()),
                modifier: Int32(truncatingIfNeeded: try row[3].int64()), element: element,
                delimiter: UInt8(truncatingIfNeeded: try row[5].int64()),
                hasCastToText: try row[6].bool())
        }
        return TypeCatalog(
            entries: entries,
            moneyScale: Int32(truncatingIfNeeded: try rows.first?[7].int64() ?? 2))
    }

    private static func kind(_ letter: String) -> ValueType.Kind {
        switch letter {
        case "c": .composite
        case "e": .enum
        case "p": .pseudo
        case "r": .range
        case "m": .multirange
        // Domains are resolved; unknown kinds of later PostgreSQL versions are written as text.
        default: .base
        }
    }

    /// The value type of a column: that of the base type of its domains.
    ///
    /// - Returns: Also the SQL type that they are cast to when reading, if any.
    func type(_ id: UInt32, modifier: Int32) -> (type: ValueType, readAs: String?) {
        let type = beneath(id, modifier)
        if type.id == Self.money {
            return (.money(scale: moneyScale), "pg_catalog.numeric")
        }
        if let element = type.element, element.id == Self.money {
            let list = ValueType(type.id, kind: .array, element: .money(scale: moneyScale))
            return (list, "pg_catalog.numeric[]")
        }
        return (type, nil)
    }

    private static let money: UInt32 = 790

    private func beneath(_ id: UInt32, _ modifier: Int32) -> ValueType {
        guard let entry = entries[id] else { return ValueType(id, modifier: modifier) }
        if entry.isDomain { return beneath(entry.base, entry.modifier) }
        return ValueType(
            id, modifier: modifier, kind: entry.kind, delimiter: entry.delimiter,
            hasCastToText: entry.hasCastToText,
            element: entry.kind == .array ? beneath(entry.element, modifier) : nil)
    }
}
