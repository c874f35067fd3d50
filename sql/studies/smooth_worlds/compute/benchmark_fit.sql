-- What the knobs of the simulated world were fitted to, one number per row.
with

final as (
    select
        'mean score' as quantity,
        metric,
        family || ' ' || model as member,
        family,
        params,
        scores as count,
        mean_score as value
    from scale_means
    union all
    select
        'share flat',
        metric,
        n_test_class,
        null,
        null,
        curves,
        share_flat
    from status_shares
    union all
    select
        'share infinite',
        metric,
        n_test_class,
        null,
        null,
        curves,
        share_infinite
    from status_shares
)

select * from final
