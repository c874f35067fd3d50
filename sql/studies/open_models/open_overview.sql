-- What the chapter on open models says of its suites, accuracies and other metrics apart. Standard suites are those of the
-- harness and of the OLMo ladder; sums and products, and collections of other authors, are spoken of by themselves.
with

suites as (
    select *
    from open_curves
    where dataset in ('pythia', 'opt', 'mamba2 and others', 'olmo_ladder')
),

arithmetic as (
    select
        sum(curves) filter (where n_test = 50) as single_curves,
        sum(infinite) filter (where n_test = 50) as single_infinite,
        sum(flat) filter (where n_test = 50) as single_flat,
        sum(emergent_with_infinite) filter (where n_test = 50) as single_emergent,
        sum(tested) filter (where n_test = 50) as single_tested,
        sum(broken) filter (where n_test = 50) as single_broken,
        sum(late_gains) filter (where n_test = 50) as single_late,
        sum(curves) filter (where n_test > 50) as pooled_curves,
        sum(infinite) filter (where n_test > 50) as pooled_infinite,
        sum(emergent_with_infinite) filter (where n_test > 50) as pooled_emergent,
        sum(broken) filter (where n_test > 50) as pooled_broken,
        max(n_test) as pooled_n_test
    from open_resolution
),

steps as (
    select
        max(largest_step) filter (where dataset = 'by size') as largest_step,
        arg_max(largest_step_share, largest_step) filter (where dataset = 'by size') as largest_step_share,
        arg_max(emergence_score, largest_step) filter (where dataset = 'by size') as emergence_score,
        arg_max(shots, largest_step) filter (where dataset = 'by size') as shots,
        arg_max(largest_step_to, largest_step) filter (where dataset = 'by size') as largest_step_to,
        arg_max(broken_q, largest_step) filter (where dataset = 'by size') as broken_q,
        arg_max(highest, largest_step) filter (where dataset = 'by size') as highest,
        arg_max(last_score, largest_step) filter (where dataset = 'by size') as last_score
    from open_pooled_curves
    where operation = 'addition'
),

along as (
    select
        max(curves.largest_step_share) filter (
            where curves.dataset = 'by tokens' and curves.family = steps.largest_step_to
        ) as token_share,
        max(curves.largest_step_share) filter (where curves.dataset = 'by loss') as loss_share,
        max(curves.broken_q) filter (where curves.dataset = 'by loss') as loss_broken_q
    from open_pooled_curves as curves
    cross join steps
    where curves.operation = 'addition'
        and curves.shots = steps.shots
),

counted as (
    select
        sum(curves_of_four) filter (where is_proportion) as proportions,
        sum(emergent_published) filter (where is_proportion) as proportions_emergent,
        max(largest_finite) filter (where is_proportion) as proportions_largest,
        sum(curves_of_four) filter (where not is_proportion) as others,
        sum(emergent_published) filter (where not is_proportion) as others_emergent,
        max(largest_finite) filter (where not is_proportion) as others_largest,
        arg_max(metric, largest_finite) filter (where not is_proportion) as others_metric,
        sum(tested) filter (where is_proportion) as proportions_tested,
        sum(late_gains) filter (where is_proportion) as proportions_late,
        sum(broken) filter (where is_proportion) as proportions_broken,
        sum(jump_excluded_20) filter (where is_proportion) as proportions_smooth
    from suites
),

logs as (
    select max(abs(emergence_score_of_log)) as largest_of_log
    from open_emergent
    where dataset in ('pythia', 'opt', 'mamba2 and others', 'olmo_ladder')
)

select *
from counted
cross join arithmetic
cross join steps
cross join along
cross join logs
