select c."database_id" as x0, c."id" as x1, '' as x2, c."handling_code" as x3, c."version" as x4, c."reference" as x5, c."visited_at" as x6, c."place" as x7, c."place" as x8, c."visited_at" as x9
from records."visit" c
where (c."database_id" = 1) and ((c."place" >= ($1::text)) or (c."place" is null)) and ((c."place" > ($1::text)) or (c."place" is null) or ((c."place" = ($1::text)) and ((c."visited_at" < ($2::timestamptz)) or (c."visited_at" is null))) or ((c."place" = ($1::text)) and (c."visited_at" = ($2::timestamptz)) and (c."id" > ($3::bigint))))
order by c."place" asc nulls last, c."visited_at" desc nulls last, c."id" asc
limit 3
-- values: ["P.1","2024-05-01 10:00:00+00","42"]
