select u.x0, u.x1, u.x2, u.x3, u.x4, u.x5, u.x6, u.x7
from ((select c."database_id" as x0, c."id" as x1, '' as x2, c."handling_code" as x3, c."version" as x4, case when c."database_id" = 1 then (c."reference")::text else null end as x5, case when c."database_id" = 1 then (c."visited_at")::text else (c."visited_at_day")::text end as x6, (c."place")::text as x7, c."visited_at" as x8
from records."visit" c
where c."database_id" = 1
order by c."visited_at" desc nulls last, c."id" asc
limit 51)
union all (select c."database_id" as x0, c."id" as x1, '' as x2, c."handling_code" as x3, c."version" as x4, case when c."database_id" = 1 then (c."reference")::text else null end as x5, case when c."database_id" = 1 then (c."visited_at")::text else (c."visited_at_day")::text end as x6, (c."place")::text as x7, (c."visited_at_day")::timestamp at time zone 'Europe/Tirane' as x8
from records."visit" c
where (c."database_id" = 2) and ((c."handling_code" is null) or (not (c."handling_code" in ('H2', 'H3')))) and (c."status" in ('ACTIVE', 'CORRECTED', 'DISPUTED'))
order by (c."visited_at_day") desc nulls last, c."id" asc
limit 51)) u
order by u.x8 desc nulls last, u.x1 asc
limit 51
-- values: []
