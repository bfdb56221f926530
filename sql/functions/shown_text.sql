-- shown_text: a user's text in the form that messages can show: at most 128 characters, with
-- control, format (including bidirectional) and line separator characters as \u{…}, as the program
-- does.
create or replace function ferry_state.shown_text(p_text text)
returns text
language plpgsql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    v_harmful constant text := '[\u0001-\u001F\u007F-\u009F\u00AD\u0600-\u0605\u061C\u06DD\u070F'
        '\u08E2\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB'
        '\U000110BD\U0001D173-\U0001D17A\U000E0001\U000E0020-\U000E007F]';
    v_shown text := '';
    v_character text;
begin
    foreach v_character in array string_to_array(left(p_text, 128), null) loop
        v_shown := v_shown || case when v_character ~ v_harmful
            then format('\u{%s}', to_hex(ascii(v_character))) else v_character end;
    end loop;
    return v_shown;
end;
$$;
