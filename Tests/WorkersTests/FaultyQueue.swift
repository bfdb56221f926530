/// A queue whose functions fail once each when a worker calls them, and then work.
struct FaultyQueue {
    private let queue: Console

    /// The fate of a call: an error with this SQLSTATE, or, if nil, the end of the session.
    enum Fault: CustomStringConvertible {
        case error(String)
        case endOfSession

        var description: String {
            switch self {
            case .error(let state): "SQLSTATE \(state)"
            case .endOfSession: "the end of its session"
            }
        }

        fileprivate var statement: String {
            switch self {
            case .error(let state):
                """
                raise exception using errcode = '\(state)',
                    message = 'a fault of the test in ' || p_function
                """
            case .endOfSession:
                """
                perform pg_terminate_backend(pg_backend_pid());
                perform pg_sleep(60)
                """
            }
        }
    }

    /// - Parameter functions: Of the schema `ferry_state`, as workers call them themselves.
    static func make(
        _ fault: Fault, in functions: [String], of queue: Console
    ) async throws -> FaultyQueue {
        try await queue.run(
            """
            create schema fault;
            grant usage on schema fault to public;
            -- A sequence counts also what is rolled back.
            create function fault.meet(p_function text) returns void
            language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
            begin
                if current_setting('application_name') = 'ferry worker'
                   and current_query() ~ ('ferry_state\\.' || p_function || '\\(')
                   and nextval(format('fault.%I', p_function)) = 1
                then
                    \(fault.statement);
                end if;
            end;
            $$;
            """)
        for function in functions {
            try await queue.run(
                """
                create sequence fault.\(function);
                do $do$
                declare
                    v_function pg_proc;
                    v_text     text;
                begin
                    select * into strict v_function from pg_proc
                     where pronamespace = 'ferry_state'::regnamespace and proname = '\(function)';
                    v_text := pg_get_functiondef(v_function.oid);
                    execute case (select lanname from pg_language where oid = v_function.prolang)
                        when 'plpgsql' then regexp_replace(
                            v_text, E'\\nbegin\\n',
                            E'\\nbegin\\nperform fault.meet(''\(function)'');\\n')
                        when 'sql' then replace(
                            v_text, v_function.prosrc,
                            'select fault.meet(''\(function)'');' || v_function.prosrc)
                        end;
                end;
                $do$;
                """)
        }
        return FaultyQueue(queue: queue)
    }

    /// The functions of these that have not worked yet after they failed.
    func unmet(_ functions: [String]) async throws -> [String] {
        var unmet: [String] = []
        for function in functions
        where try await queue.number("select last_value from fault.\(function)") < 2 {
            unmet.append(function)
        }
        return unmet
    }
}
