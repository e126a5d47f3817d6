select c."database_id" as x0, c."id" as x1, '' as x2, c."handling_code" as x3, c."version" as x4, null as x5, null as x6, c."place" as x7, null::timestamptz as x8
from records."visit" c
where (c."database_id" = 2) and ((c."handling_code" is null) or (not (c."handling_code" in ('H2', 'H3')))) and (c."status" in ('ACTIVE', 'CORRECTED', 'DISPUTED')) and ((not (null::timestamptz is null)) or (null::timestamptz is null)) and ((not (null::timestamptz is null)) or ((null::timestamptz is null) and (c."id" < ($1::bigint))))
order by null::timestamptz asc nulls first, c."id" desc
limit 3
-- values: ["42"]
