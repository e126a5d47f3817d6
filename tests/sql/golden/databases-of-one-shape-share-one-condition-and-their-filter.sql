select c."database_id" as x0, c."id" as x1, '' as x2, c."handling_code" as x3, c."version" as x4, case when c."database_id" = 1 then (c."reference")::text else null end as x5, c."visited_at" as x6, c."place" as x7
from records."visit" c
where ((c."database_id" = 1) or ((c."database_id" in (2, 3)) and ((c."handling_code" is null) or (not (c."handling_code" in ('H2', 'H3')))) and (c."status" in ('ACTIVE', 'CORRECTED', 'DISPUTED')))) and (c."visited_at" >= ($1::timestamptz))
order by c."visited_at" desc nulls last, c."id" asc
limit 51
-- values: ["2024-05-01T00:00:00.000Z"]
