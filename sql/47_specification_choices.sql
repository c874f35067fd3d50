-- What each choice of the specification curve does to the share of the two metrics: its median by level; the variance of the
-- share between levels over its whole variance (eta squared); and how far the choice moves the share while all others stay
-- (the median over contexts of largest less smallest). Of all combinations, so that every level meets every other.
with

choices as (
    select
        ['reading', 'threshold', 'families', 'shots', 'aggregates', 'minimum scales', 'minimum n_test'] as names,
        [
            reading,
            format('{:g}', threshold),
            families,
            shots,
            aggregates,
            min_scales::varchar,
            min_n_test
        ] as levels,
        share_two_metrics as share,
        emergent_rate
    from specification_curve
),

long as (
    select
        unnest(range(1, 8)) as number,
        *
    from choices
),

named as (
    select
        number::integer as number,
        names[number] as choice,
        levels[number] as level,
        list_transform(levels, lambda level, i: if(i = number, '', level)) as context,
        share,
        emergent_rate
    from long
),

contexts as (
    select
        number,
        context,
        max(share) - min(share) as moved
    from named
    group by
        number,
        context
    having count(share) > 1
),

spreads as (
    select
        number,
        count(*) as contexts,
        median(moved) as median_moved,
        max(moved) as most_moved
    from contexts
    group by number
),

levels as (
    select
        number,
        choice,
        level,
        count(*) as specifications,
        count(*) - count(share) as set_aside,
        min(share) as lowest_share,
        median(share) as median_share,
        max(share) as highest_share,
        count(*) filter (where share > 0.92) / nullif(count(share), 0) as share_over_92,
        median(emergent_rate) as median_emergent_rate,
        avg(share) as mean_share
    from named
    group by
        number,
        choice,
        level
),

moments as (
    select
        avg(share_two_metrics) as mean,
        var_pop(share_two_metrics) as variance,
        count(share_two_metrics) as shares
    from specification_curve
),

final as (
    select
        levels.* exclude (mean_share),
        sum((levels.specifications - levels.set_aside) * (levels.mean_share - moments.mean) ^ 2)
            over (partition by levels.number)
            / nullif(moments.shares * moments.variance, 0) as variance_share,
        spreads.contexts,
        spreads.median_moved,
        spreads.most_moved
    from levels
    cross join moments
    left join spreads using (number)
)

select * from final
