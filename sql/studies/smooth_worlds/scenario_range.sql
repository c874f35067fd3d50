-- By convention, what the scenarios that are not ruled out give, beside what all of them give.
select
    convention,
    max(curves) as curves,
    max(observed) as observed,
    count(*) as scenarios,
    max(checks) as checks,
    count(*) filter (where not is_ruled_out) as plausible,
    min(expected) as least,
    max(expected) as largest,
    min(expected) filter (where not is_ruled_out) as plausible_least,
    max(expected) filter (where not is_ruled_out) as plausible_largest,
    min(share) filter (where not is_ruled_out) as plausible_least_share,
    max(share) filter (where not is_ruled_out) as plausible_largest_share,
    min(share_low) filter (where not is_ruled_out) as plausible_share_low,
    max(share_high) filter (where not is_ruled_out) as plausible_share_high,
    min(share) as least_share,
    max(share) as largest_share,
    min(unexplained_low) filter (where not is_ruled_out) as plausible_unexplained_low,
    max(unexplained_high) filter (where not is_ruled_out) as plausible_unexplained_high
from scenario_overview
group by convention
