-- How many of the published numbers these scores give again.
select
    count(*) as lines,
    count(*) filter (where agrees) as lines_agree,
    count(*) filter (where starts_with(claim, 'Figure 5A: largest score under ')) as maxima,
    count(*) filter (where agrees and starts_with(claim, 'Figure 5A: largest score under ')) as maxima_agree,
    bool_and(agrees) filter (where starts_with(claim, 'Figure 5A')) as figure_5a_agrees,
    any_value(reproduced) filter (where claim = 'Figure 5A: metrics on the axis') as metrics,
    any_value(reproduced) filter (
        where claim = 'Figure 5A: metrics whose largest score exceeds 100'
    ) as metrics_over_100
from reproduction
