/// The types of PostgreSQL that few tables have, each with a value of every kind it knows.
enum FurtherTypes {
    static let script = #"""
        create table further (
            id int, iv int2vector, ov oidvector, xi xid, ci cid, x8 xid8, rp regproc,
            rpr regprocedure, ro regoper, ror regoperator, rt regtype, rr regrole,
            rn regnamespace, rco regcollation, rcf regconfig, rd regdictionary, cur refcursor,
            jp jsonpath, sn pg_snapshot, ts txid_snapshot, acl aclitem, r8 int8range,
            rn2 numrange, rts tsrange, rd2 daterange, m4 int4multirange, m8 int8multirange,
            mts tsmultirange, mtz tstzmultirange, md datemultirange);
        insert into further values
            (1, '1 2 3', '4294967295 0', '4294967295', '4294967295', '18446744073709551615',
             'pg_catalog.now', 'lower(text)', 'pg_catalog.||/', '+(integer,integer)',
             'timestamp with time zone', 'pg_monitor', 'pg_catalog', '"C"', 'english', 'simple',
             'a "b", c', '$.a[*] ? (@ > 1)."b"', '10:20:10,14,15', '10:20:10,14,15',
             'pg_monitor=rw*/pg_monitor', '[-9223372036854775808,9223372036854775807)',
             '[NaN,NaN]', '["-infinity","2024-01-01 00:00:00.5")', '[2024-01-01,infinity]',
             '{[1,3),[5,8)}', '{(,)}', '{}', '{["2024-03-31 02:30+01",)}',
             '{[2024-01-01,2024-01-02)}'),
            (2, '', '', '0', '0', '0', '-', '-', '0', '0', '-', '-', '-', '-', '-', '-', '', '$',
             '1:1:', '1:1:', '=/pg_monitor', 'empty', 'empty', '(,)', '(,)', '{}', '{}', '{(,)}',
             '{}', '{}'),
            (3, null, null, null, null, null, null, null, null, null, null, null, null, null,
             null, null, null, null, null, null, null, null, null, null, null, null, null, null,
             null, null);

        """#
}
