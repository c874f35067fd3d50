-- Each convention at the threshold of the run.
with

left_out as (
    select
        convention,
        sum(left_out)::bigint as left_out
    from by_metric
    group by convention
),

final as (
    select
        conventions.*,
        left_out.left_out
    from conventions
    inner join left_out using (convention)
    where conventions.threshold = getvariable('threshold')
)

select * from final
