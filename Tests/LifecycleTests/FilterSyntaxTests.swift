import Lifecycle
import Testing

@Suite("The text of a filter")
struct FilterSyntaxTests {
    @Test(arguments: [
        "country = 'CH' and created_at >= date '2026-01-01'",
        "id in (select customer from orders) or (a + 1) * (b - -2) > 3",
        "name = 'it''s; -- (no /* comment'",
        "\"odd \"\"; -- )name\" is not null",
        "note ~ '\\(' and x'1F' = y and b'01' = z",
        "note = E'it\\'s; (' or note = e'\\\\'",
        "note = $$;--'($$ or note = $tag$ $$ ' ; $tag$ or note=$ü$'$ü$",
        "U&\"d\\0061t\" = U&'d!0061t' uescape '!'",
        "data ->> 'a' = 'b' and data @> '{}'::jsonb and tags[1] = 'x'",
        "größe > 1.5e3 and a-1 < b and a / 2 > 1",
        "a is\tnot\nnull",
        "a = 'b\\' or c = '); drop table t; --'",
    ])
    func `may be any expression`(_ filter: String) {
        #expect(FilterSyntax.problem(in: filter) == nil)
    }

    @Test(arguments: [
        ("true) TO PROGRAM 'rm'", "has an unmatched closing parenthesis"),
        ("true) TO STDOUT; COPY (SELECT 1", "has an unmatched closing parenthesis"),
        ("true) UNION (SELECT secret FROM t", "has an unmatched closing parenthesis"),
        ("a) or (b", "has an unmatched closing parenthesis"),
        (")(", "has an unmatched closing parenthesis"),
        ("(true", "has an unclosed parenthesis"),
        ("true; drop table t", "contains a semicolon outside of quotes"),
        ("true --", "contains a comment"), ("true -- )", "contains a comment"),
        ("true /* ", "contains a comment"), ("a /* /* */ */ = 1", "contains a comment"),
        ("1---1 = 0", "contains a comment"), ("a*/*b", "contains a comment"),
        ("a = 'b", "has an unclosed string"),
        ("a = 'b''", "has an unclosed string"),
        ("a = E'b\\'", "has an unclosed string"),
        ("a = E'b\\", "has an unclosed string"),
        ("\"a = 1", "has an unclosed quoted name"),
        ("\"a\"\" = 1", "has an unclosed quoted name"),
        ("a = $$b", "has an unclosed dollar-quoted string"),
        ("a = $x$b$y$", "has an unclosed dollar-quoted string"),
        ("a = $x$b$X$", "has an unclosed dollar-quoted string"),
        ("a\u{0}", "contains a NUL character"), ("'\u{0}'", "contains a NUL character"),
        (" \n", "is empty"), ("", "is empty"),
        (
            "a = $1",
            "contains a dollar sign that does not begin a string: filters have no parameters"
        ),
        (
            "a = $1$",
            "contains a dollar sign that does not begin a string: filters have no parameters"
        ),
        ("$", "contains a dollar sign that does not begin a string: filters have no parameters"),
    ])
    func `cannot end the surrounding parentheses`(filter: String, problem: String) {
        #expect(FilterSyntax.problem(in: filter) == problem)
    }

    /// Where a scanner that takes the start of a string for something else loses its way.
    @Test(arguments: [
        "x = E'a' \n '\\' or b = '); drop table t; --'",
        "x = E'a'\n'\\'); drop table t; --'",
        "a$x$ = 1); drop table t; select ($x$",
        "1$x$ = 1); drop table t; select ($x$",
        "0x1F$x$ = 1); drop table t; select ($x$",
        "ä$$ = 1); drop table t; select ($$",
        "e$$'$$ = E'\\$$'); drop table t; --",
        "xE'\\' = 1); drop table t; --'",
        "ÄE'\\'); drop table t; --'",
        "_e'\\'); drop table t; --'",
        "$a$ $b$ $a$); drop table t; --$b$",
        "\"\\\"); drop table t; --\"",
        "U&'\\'); drop table t; --'", "N'\\'); drop table t; --'", "b'\\'); drop table t; --'",
    ])
    func `is refused where its quotes are not what they seem`(_ filter: String) {
        #expect(FilterSyntax.problem(in: filter) != nil)
    }

    @Test func `of the longest is read without trying all combinations`() {
        let filter = String(repeating: "$a$", count: 1_333)

        #expect(ContinuousClock().measure { _ = FilterSyntax.problem(in: filter) } < .seconds(60))
    }
}
