-- models whose size neither the source nor sql/seeds/models.csv gives, which would have no scale
-- add a line for each to sql/seeds/models.csv (family, model, params, params_source); sql/seeds/README.md says how.
select family_model as model, count(*) as row_count
from stg_rows
-- A model that stands there without a size is known to have none that is published.
anti join seed_models using (family, model)
where scale is null and family_model is not null
group by family_model
order by family_model
