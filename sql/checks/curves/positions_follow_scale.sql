-- curves whose points do not climb in scale, so that their steps would be between the wrong models
-- see the order in sql/curves/curve_points.sql.
select curve_id, position, params
from curve_points
qualify params < lag(params) over (partition by curve_id order by position)
