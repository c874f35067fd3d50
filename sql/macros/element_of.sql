-- An element of a list, counted from 1; null where the column holds no list at all, as where no curve could be fitted.
create or replace macro element_of(list, position) as (to_json(list) -> ((position - 1)::integer))::varchar::double;
