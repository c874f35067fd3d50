-- late gains of proportions that are not among the curves on which a detector is judged
-- every late gain has a forecast that it could exceed: see sql/studies/detector/detected_curves.sql.
select
    late_gains.curve_id,
    late_gains.task,
    detected_curves.is_late_possible
from late_gains
inner join curve_tests using (curve_id)
left join detected_curves using (curve_id)
where curve_tests.basis = 'binomial'
    and not coalesce(detected_curves.is_late_possible and detected_curves.is_late_gain, false)
order by all
