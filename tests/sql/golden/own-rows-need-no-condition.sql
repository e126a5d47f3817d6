select c."database_id" as x0, c."id" as x1, '' as x2, c."handling_code" as x3, c."version" as x4, c."reference" as x5, c."visited_at" as x6, c."place" as x7
from records."visit" c
where c."database_id" = 1
order by c."visited_at" desc nulls last, c."id" asc
limit 51
-- values: []
