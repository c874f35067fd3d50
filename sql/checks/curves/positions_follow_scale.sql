-- curves whose points do not climb in scale, so that their steps would be between the wrong models
-- see the order in sql/curves/curve_points.sql.
select curve_id, position, scale
from curve_points
qualify scale < lag(scale) over (partition by curve_id order by position)
