/// Types as extensions have them, of which only the catalog can say what they are.
enum MadeUpTypes {
    /// `geo` parts its arrays by colons, `loss` has a cast to text that is not its text; `price`
    /// and `intlist` are domains whose arrays are arrays of the base types.
    static let script = #"""
        create type geo;
        create function geo_in(cstring) returns geo as 'textin'
            language internal immutable strict;
        create function geo_out(geo) returns cstring as 'textout'
            language internal immutable strict;
        create type geo (input = geo_in, output = geo_out, like = text, delimiter = ':');
        create type loss;
        create function loss_in(cstring) returns loss as 'textin'
            language internal immutable strict;
        create function loss_out(loss) returns cstring as 'textout'
            language internal immutable strict;
        create type loss (input = loss_in, output = loss_out, like = text);
        create function loss_text(loss) returns text as $$ select 'lost'::text $$
            language sql immutable;
        create cast (loss as text) with function loss_text(loss);
        create domain price as numeric(10, 2);
        create domain intlist as int[];

        """#
}
