-- Late gains and losses that smooth scenarios give: those that are not ruled out, and all of them.
select
    count(*) as scenarios,
    count(*) filter (where not is_ruled_out) as plausible,
    min(gains) as least_gains,
    max(gains) as largest_gains,
    min(losses) as least_losses,
    max(losses) as largest_losses,
    min(gains) filter (where not is_ruled_out) as plausible_least_gains,
    max(gains) filter (where not is_ruled_out) as plausible_largest_gains,
    min(losses) filter (where not is_ruled_out) as plausible_least_losses,
    max(losses) filter (where not is_ruled_out) as plausible_largest_losses
from false_late_gains
