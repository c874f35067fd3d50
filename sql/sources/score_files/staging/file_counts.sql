with

loaded as (
    select
        'loaded' as outcome,
        count(*) as files
    from score_files
),

rejected as (
    select
        'rejected' as outcome,
        count(*) as files
    from rejected_files
),

-- Counted in the listing, so that the lines above can be held against it.
listed as (
    select
        'in' as outcome,
        count(*) as files
    from listed_files
),

final as (
    select * from listed
    union all
    select * from loaded
    union all
    select * from rejected
)

select * from final
