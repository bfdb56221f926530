/// PostgreSQL's types with values that are easily lost, and what Parquet keeps them as.
struct ParquetCase: Sendable {
    /// As a column is declared; it may end in `not null`.
    let type: String
    /// SQL expressions.
    let values: [String]
    /// As pyarrow names the type it finds.
    let arrow: String
    /// Gives the text to compare with, of the value `v`.
    let text: String
    /// Whether `text` is of an element of the array `v`, named `e`.
    var isList = false

    static let all = numbers + times + texts + others + lists

    private static let numbers = [
        ParquetCase("boolean", ["true", "false", "null", "true"], "bool"),
        ParquetCase("boolean not null", ["true", "false", "true"], "bool not null"),
        ParquetCase("smallint", ["-32768", "32767", "0", "null"], "int16"),
        ParquetCase("integer", ["-2147483648", "2147483647", "0", "null"], "int32"),
        ParquetCase("integer not null", ["-2147483648", "2147483647", "7"], "int32 not null"),
        ParquetCase("bigint", ["-9223372036854775808", "9223372036854775807", "null"], "int64"),
        ParquetCase("oid", ["0", "4294967295", "null"], "int64"),
        ParquetCase(
            "real", ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e-45", "3.4028235e38", "0.1"],
            "float", text: "encode(float4send(v), 'hex')"),
        ParquetCase(
            "double precision",
            ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "5e-324", "0.1", "null"],
            "double", text: "encode(float8send(v), 'hex')"),
        ParquetCase(
            "numeric(5,2)", ["-999.99", "999.99", "0.00", "0.01", "-0.1", "null"],
            "decimal128(5, 2)"),
        ParquetCase("numeric(9,9)", ["0.999999999", "-0.000000001"], "decimal128(9, 9)"),
        ParquetCase("numeric(10,0)", ["9999999999", "-1"], "decimal128(10, 0)"),
        ParquetCase(
            "numeric(18,4)", ["99999999999999.9999", "-99999999999999.9999", "0.0001"],
            "decimal128(18, 4)"),
        ParquetCase(
            "numeric(19,1)", ["999999999999999999.9", "-999999999999999999.9", "0"],
            "decimal128(19, 1)"),
        ParquetCase(
            "numeric(30,10)", ["-0.0000000001", "99999999999999999999.9"],
            "decimal128(30, 10)"),
        ParquetCase(
            "numeric(38,0)", ["repeat('9', 38)::numeric", "-repeat('9', 38)::numeric", "10000"],
            "decimal128(38, 0)"),
        ParquetCase(
            "numeric(38,38)", ["('0.' || repeat('9', 38))::numeric", "-1e-38"],
            "decimal128(38, 38)"),
        ParquetCase("numeric(39,2)", ["repeat('9', 37)::numeric", "-1.10"], "string"),
        ParquetCase("numeric(5,-2)", ["12345", "-99900", "0"], "string"),
        ParquetCase("numeric(3,5)", ["0.00123", "-0.00999"], "string"),
        ParquetCase(
            "numeric",
            [
                "'NaN'", "'Infinity'", "'-Infinity'", "repeat('9', 100)::numeric", "1.000", "null",
                "('0.' || repeat('1', 60))::numeric", "0.0000000000001", "1e20", "-0.00010",
            ],
            "string"),
        ParquetCase(
            "money", ["'-92233720368547758.08'", "'0.01'", "null"], "decimal128(19, 2)",
            text: "v::numeric"),
    ]

    /// Microseconds since 1970; `extract` is not exact so far away.
    private static func sent(_ function: String) -> String {
        "('x' || encode(\(function)(v), 'hex'))::bit(64)::bigint + 946684800000000"
    }

    private static let microseconds = "(extract(epoch from v) * 1000000)::numeric(30)"

    private static let times = [
        ParquetCase(
            "date", ["'4713-11-24 BC'", "'5874897-12-31'", "'0001-01-01'", "'2024-02-29'", "null"],
            "date32[day]", text: "v - date '1970-01-01'"),
        ParquetCase(
            "timestamp",
            ["'4714-11-24 00:00 BC'", "'294247-01-10 04:00:54.775807'", "'1969-12-31 23:59:59.5'"],
            "timestamp[us]", text: sent("timestamp_send")),
        ParquetCase(
            "timestamptz",
            [
                "'4714-11-24 00:00+00 BC'", "'294247-01-10 04:00:54.775807+00'", "null",
                "'2024-03-31 02:30+01'",
            ], "timestamp[us, tz=UTC]", text: sent("timestamptz_send")),
        ParquetCase(
            "time", ["'00:00'", "'23:59:59.999999'", "'12:34:56.7'"], "time64[us]",
            text: microseconds),
        ParquetCase("timetz", ["'24:00:00+15:59'", "'00:00-15:59:59'", "null"], "string"),
        ParquetCase(
            "interval", ["'-1 year +2 months -3 days +04:05:06.789'", "'178000000 years'", "'0'"],
            "string"),
    ]

    private static let texts = [
        ParquetCase(
            "text",
            [
                "''", "null", "'NULL'", #"'\N'"#, #"'\.'"#, "E'a\\r\\n\"b\",'",
                "repeat('x', 5000000)",
                "'👩‍👩‍👧‍👦€ü' || chr(8238) || chr(65279) || chr(1114111)", "chr(1) || chr(127)",
            ],
            "string"),
        ParquetCase("text not null", ["''", "'a'", "'a'", "'b'"], "string not null"),
        ParquetCase("varchar(20)", ["' lead'", "'trail '", "null"], "string"),
        ParquetCase("char(5)", ["'x'", "''", "null"], "string", text: "format('%s', v)"),
        ParquetCase("name", ["'n'", "repeat('n', 63)", "''"], "string"),
        ParquetCase("\"char\"", ["'N'", "''", "null"], "string"),
        ParquetCase(
            "bytea", [#"'\x00ff0a'"#, #"'\x'"#, "null"], "binary", text: "encode(v, 'hex')"),
        ParquetCase("mood", ["'sad'", "'quo\"te,d'", "null"], "string"),
        ParquetCase("short", ["'h'", "''", "null"], "string"),
        ParquetCase("cents", ["1.25", "-999.99", "null"], "decimal128(5, 2)"),
        ParquetCase(
            "json", [#"'{"a": 1, "a" : 2,  "b":"\u00e9\n"}'"#, "'null'", "null", "'[1e400, -0]'"],
            "json"),
        ParquetCase("jsonb", [#"'{"b": 1, "a": null}'"#, "'null'", "null", "'[1e40]'"], "json"),
        ParquetCase("xml", ["'<a b=\"c\">&amp;</a>'", "''", "null"], "string"),
        ParquetCase(
            "uuid",
            [
                "'00000000-0000-0000-0000-000000000000'", "null",
                "'ffeeddcc-bbaa-9988-7766-554433221100'",
            ], "uuid"),
    ]

    private static let others = [
        ParquetCase(
            "inet", ["'::1/128'", "'192.168.0.1/24'", "'::1'", "null"], "string",
            text: "case when v is not null then format('%s', v) end"),
        ParquetCase(
            "loss", ["'a,b'", "''", "null"], "string",
            text: "case when v is not null then format('%s', v) end"),
        ParquetCase("geo", ["'01:01'", "null"], "string"),
        ParquetCase("cidr", ["'10.0.0.0/8'", "'::/0'"], "string"),
        ParquetCase("macaddr", ["'08:00:2b:01:02:03'"], "string"),
        ParquetCase("bit(5)", ["b'01010'"], "string"),
        ParquetCase("bit varying", ["b''", "b'1'", "null"], "string"),
        ParquetCase("int4range", ["'[1,5)'", "'empty'", "'(,)'", "null"], "string"),
        ParquetCase("nummultirange", ["'{[1,2),(3,)}'", "'{}'"], "string"),
        ParquetCase("pair", [#"('x"y, ', '{1,null}')"#, "(null, null)", "null"], "string"),
        ParquetCase("point", ["'(1e-300,-0)'", "'(NaN,Infinity)'"], "string"),
        ParquetCase("tsvector", ["'a:1A ''it''''s'':2'", "''"], "string"),
        ParquetCase("regclass", ["'pg_class'", "null"], "string"),
        ParquetCase("int2vector", ["'1 2 3'", "''"], "string"),
    ]

    private static let lists = [
        ParquetCase(
            "integer[]", ["'{1,null,-3}'", "'{}'", "null", "'{null}'", "'{7}'"], "list<int32>",
            text: "e::text", isList: true),
        ParquetCase(
            "integer[] not null", ["'{}'", "'{1,null}'", "'{null}'", "'{7,8,9}'"],
            "list<int32> not null", text: "e::text", isList: true),
        ParquetCase(
            "text[]", [#"'{"", null, "NULL", "a,b", "\\", "{"}'"#, "null", "'{}'"],
            "list<string>", text: "e::text", isList: true),
        ParquetCase(
            "numeric(10,2)[]", ["'{1.10,null,-99999999.99}'"], "list<decimal128(10, 2)>",
            text: "e::text", isList: true),
        ParquetCase(
            "numeric[]", ["'{1.10,NaN,Infinity}'"], "list<string>", text: "e::text", isList: true),
        ParquetCase(
            "boolean[]", ["'{t,f,null}'", "'{t,t,t,t,t,t,t,t,f}'"], "list<bool>",
            text: "e::text", isList: true),
        ParquetCase(
            "uuid[]", ["array['00000000-0000-0000-0000-00000000000a', null]::uuid[]"],
            "list<uuid>", text: "e::text", isList: true),
        ParquetCase(
            "timestamptz[]", ["'{2024-03-31 02:30+01}'"], "list<timestamp[us, tz=UTC]>",
            text: "(extract(epoch from e) * 1000000)::numeric(30)", isList: true),
        ParquetCase("short[]", ["'{a,null}'"], "list<string>", text: "e::text", isList: true),
        ParquetCase(
            "cents[]", ["'{1.25,null}'"], "list<decimal128(5, 2)>", text: "e::text",
            isList: true),
        ParquetCase(
            "money[]", ["'{1.25,null,-0.01}'"], "list<decimal128(19, 2)>", text: "e::numeric",
            isList: true),
        ParquetCase(
            "loss[]", [#"'{"a,b",c,null}'"#, "null"], "list<string>",
            text: "case when e is not null then format('%s', e) end", isList: true),
        ParquetCase(
            "geo[]", [#"array['01:01', 'b', null]::geo[]"#], "list<string>", text: "e::text",
            isList: true),
        ParquetCase(
            "intlist[]", [#"'{"{1,2}","{3}"}'"#], "list<string>", text: "e::text", isList: true),
        ParquetCase(
            "mood[]", ["'{sad,null}'"], "list<string>", text: "e::text", isList: true),
        ParquetCase(
            "int4range[]", [#"'{"[1,5)",empty}'"#, "null"], "list<string>", text: "e::text",
            isList: true),
    ]

    init(
        _ type: String, _ values: [String], _ arrow: String, text: String = "v::text",
        isList: Bool = false
    ) {
        self.type = type
        self.values = values
        self.arrow = arrow
        self.text = text
        self.isList = isList
    }

    /// What the source says of each value: a text, or a list of texts.
    var expected: String {
        guard isList else {
            return "case when v is distinct from null then to_jsonb((\(text))::text) end"
        }
        return """
            case when v is not null then
                (select coalesce(jsonb_agg((\(text))::text order by number), '[]')
                   from unnest(v) with ordinality as element (e, number)) end
            """
    }

    static let types = #"""
        create type mood as enum ('sad', 'o k', 'quo"te,d');
        create type pair as (a text, b int[]);
        create domain short as varchar(5) check (value <> 'x');
        create domain cents as numeric(5, 2);

        """# + MadeUpTypes.script
}
