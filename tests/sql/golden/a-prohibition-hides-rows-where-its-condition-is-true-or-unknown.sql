select c."database_id" as x0, c."id" as x1, '' as x2, c."handling_code" as x3, c."version" as x4, null as x5, c."visited_at" as x6, c."place" as x7
from records."visit" c
where (c."database_id" = 2) and ((c."handling_code" is null) or (not (c."handling_code" in ('H2', 'H3')))) and (not ((c."place" = ($1::text)) is not false)) and (c."status" in ('ACTIVE', 'CORRECTED', 'DISPUTED'))
order by c."visited_at" desc nulls last, c."id" asc
limit 51
-- values: ["X"]
