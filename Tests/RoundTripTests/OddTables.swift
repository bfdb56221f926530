/// Tables with every odd type and value that CSV can carry.
enum OddTables {
    static let script = [
        numbers, times, texts, structures, others, FurtherTypes.script, FurtherValues.script,
        MadeUpTypes.script, madeUp, shapes,
    ].joined()

    private static let numbers = """
        create table numbers (
            id int, s smallint, i int, b bigint, o oid, n numeric, m numeric(30, 10),
            k numeric(5, -2), f real, d double precision, c money, p boolean);
        insert into numbers values
            (1, -32768, -2147483648, -9223372036854775808, 4294967295, 'NaN', -0.0000000001,
             12345, 'NaN', 'NaN', '-92233720368547758.08', true),
            (2, 32767, 2147483647, 9223372036854775807, 0, 'Infinity', 99999999999999999999.9,
             -99900, 'Infinity', '-Infinity', '0.01', false),
            (3, 0, 0, 0, 1, '-Infinity', 0, 0, '-0', '-0', 0, null),
            (4, null, null, null, null, repeat('9', 100)::numeric, null, null, 1e-45, 5e-324,
             null, null),
            (5, 1, 1, 1, 1, ('0.' || repeat('1', 60))::numeric, 1.10, 150, 0.1, 0.1 + 0.2::float8,
             1234567.89, true),
            (6, 1, 1, 1, 1, 1.000, 1, 1, 3.4028235e38, 1.7976931348623157e308, 1, true);

        """

    private static let times = """
        create table times (
            id int, d date, t time, z timetz, s timestamp, w timestamptz, i interval);
        insert into times values
            (1, 'infinity', '24:00', '24:00:00+15:59', 'infinity', '-infinity',
             '-1 year +2 months -3 days +04:05:06.789'),
            (2, '4713-11-24 BC', '00:00', '00:00-15:59:59', '4714-11-24 00:00 BC',
             '294276-12-31 23:59:59.999999+00', '178000000 years'),
            (3, '5874897-12-31', '23:59:59.999999', '12:00+05:30', '294276-12-31 23:59:59.999999',
             '4714-11-24 00:00+00 BC', '-00:00:00.000001'),
            (4, null, null, null, null, null, null),
            (5, '0001-01-01', '12:34:56.7', '12:34+00', '2024-02-29 12:00', '2024-03-31 02:30+01',
             '0');

        """

    private static let texts = #"""
        create table texts (id int, t text, v varchar(20), c char(5), n name, q "char", b bytea);
        insert into texts values
            (1, '', '', '', '', '', ''),
            (2, null, null, null, null, null, null),
            (3, 'NULL', '\N', '\.', 'null', 'N', '\x00ff0a0d2c22'),
            (4, '\.', E'a\nb', 'x', 'n', '\', '\x5c'),
            (5, E'\r', E'\r\n', E'\n', E'\n', E'\n', E'\\x0a'),
            (6, '"', '""', ',', '","', '"', '\x'),
            (7, E'line 1\nline "2",\r\nline 3\n', ' lead', 'trail', ' both ', ' ', null),
            (8, '👩‍👩‍👧‍👦€ü' || chr(8238) || chr(65279) || chr(1114111),
                E'\t', E'\u2028', 'ü', 'a', null),
            (9, chr(1) || chr(27) || '[31m' || chr(127), ';', '''', '|', 'z', null),
            (10, repeat(E'wide "quoted",\r\n', 100000), null, null, null, null, null),
            (11, '=1+1', '@x', '-1', '+1', '#', null),
            (12, E'\\', E'\\\\n', E'\\t', '\.', 'x', null);

        """#

    private static let structures = #"""
        create type mood as enum ('sad', 'o k', 'quo"te,d');
        create type pair as (a text, b int[]);
        create domain short as varchar(5) check (value <> 'x');
        -- Null where PostgreSQL was built without XML.
        create function xml_of(text) returns xml language plpgsql as $$
            begin return $1::xml; exception when feature_not_supported then return null; end $$;
        create table structures (
            id int, j json, k jsonb, x xml, a int[], e text[], s mood, p pair, ps pair[],
            r int4range, u nummultirange, w tstzrange, h short);
        insert into structures values
            (1, '{"a": 1, "a" : 2,  "b":"\u00e9\n"}', '{"b": 1, "a": null}',
             xml_of('<a b="c">,&amp;</a>'),
             '{{1,2},{3,null}}', '{"", null, "NULL", "a,b", "\"", "\\", "{"}', 'quo"te,d',
             ('x"y, ', '{1,null}'), array[('', null)::pair, null], '[1,5)', '{[1,2),(3,)}',
             '[2024-01-01 00:00+00,)', 'h'),
            (2, 'null', 'null', xml_of(''), '{}', '{}', 'o k', (null, null), '{}', 'empty', '{}',
             'empty', ''),
            (3, null, null, null, '[-1:1]={1,2,3}', '[0:0]={a}', null, null, null, '(,)', null,
             '(,infinity]', null),
            (4, '[1e400, 0.10, -0]', '[1e40, 0.10, -0]', xml_of('<?xml version="1.0"?><a/>'),
             '{{{1}},{{2}}}', array[E'a\nb', repeat('x', 3)], 'sad', ('', '{}'), null,
             '[5,6)', '{(,)}', null, 'abcde');
        drop function xml_of;

        """#

    private static let others = #"""
        create table others (
            id int, ip inet, net cidr, mac macaddr, mac8 macaddr8, b bit(5), v bit varying, u uuid,
            pt point, ln line, sg lseg, bx box, pa path, po polygon, ci circle, ts tsvector,
            tq tsquery, rc regclass, l pg_lsn, tid tid, tw int generated always as (id * 2) stored);
        insert into others values
            (1, '::1/128', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', b'01010',
             b'', '00000000-0000-0000-0000-000000000000', '(1e-300,-0)', '{1,2,3}', '((0,0),(1,1))',
             '((1,1),(0,0))', '[(0,0),(1,1)]', '((0,0),(1,1),(1,0))', '<(0,0),1>',
             'a:1A ''it''''s'':2', 'a & !b', 'numbers', '16/B374D848', '(0,1)'),
            (2, '192.168.0.1/24', '::/0', null, null, null, b'1', null, '(NaN,Infinity)', null,
             null, null, '((0,0),(1,1))', null, null, '', '', null, null, null),
            (3, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
             null, null, null, null, null);

        """#

    private static let madeUp = #"""
        create table made_up (
            id int, g geo, gs geo[], p price, ps price[], ls intlist[], l intlist, h loss,
            hs loss[], ms money[]);
        insert into made_up values
            (1, '01:01', array['0101', '0202']::geo[], 1.5, '{1.5,-2.25}', '{"{1,2}","{3}"}',
             '{{1,2},{3,4}}', 'kept, "all"', array['a,b', 'c', null]::loss[], '{1234.5,-0.01}'),
            (2, '', array['01:01', 'b:"c"\', null]::geo[], null, '{}', array[null, '{}']::intlist[],
             '{}', '', '{}', '{{1},{null}}'),
            (3, null, null, null, null, null, null, null, null, null);

        """#

    private static let shapes = """
        create table "select" ("from" int, "Quo""ted, name" text, "new
        line" text, " é€" text, "\(String(repeating: "n", count: 63))" int);
        insert into "select" values (1, 'a', 'b', 'c', 2), (null, null, null, null, null);
        create table no_rows (id int, t text);
        create table dropped (gone int, id int, more text);
        alter table dropped drop column gone;
        insert into dropped values (1, 'x');
        create table one_column (t text);
        insert into one_column values ('a'), (''), (null), ('\\.'), (E'\\n');
        create table parted (day int, t text) partition by range (day);
        create table parted_1 partition of parted for values from (0) to (10);
        create table parted_2 (t text, day int);
        alter table parted attach partition parted_2 for values from (10) to (20);
        insert into parted values (1, 'a'), (11, 'b');
        create schema "Other";
        create table "Other"."select" (id int);
        insert into "Other"."select" select generate_series(1, 20000);
        create table wide (
            \((1...1_600).map { "c\($0) int default \($0)" }.joined(separator: ", ")));
        insert into wide default values;

        """
}
