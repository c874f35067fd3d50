-- curves of two or more models of which one has no known size, so that their order would be a guess
-- give the model its size (params) in sql/seeds/models.csv or in your table, or leave it out.
select curve_id, model
from curve_points
qualify scale is null and count(*) over (partition by curve_id) > 1
order by all
