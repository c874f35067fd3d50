-- models that sql/seeds/models.csv does not know, which would have no scale
-- add a line for each to sql/seeds/models.csv (family, model, params, params_source); sql/seeds/README.md says how.
select family_model as model, count(*) as row_count
from stg_rows
where family is null and family_model is not null
group by family_model
order by family_model
