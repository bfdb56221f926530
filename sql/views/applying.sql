-- applying: the applies of configuration files that are in progress, in the environments that the
-- reader can view. INSERT a request, which is begin, renew or end, with a token that only the apply
-- knows; an apply that is not renewed in time expires.
create or replace view ferry.applying with (security_barrier) as
select environment,
       null::text as request,
       null::uuid as token,
       actor,
       coalesce(login, actor) as login,
       since,
       leased_until
  from ferry_state.applying
 where leased_until > clock_timestamp()
   and ferry_state.is_visible(environment, (select ferry_state.visible_environments(current_user)))
 order by environment;
