-- How many scales each family has, and how large |E| can be with so many.
with

usual_lengths as (
    select
        family,
        max(n_scales) as n_scales,
        count(*) as curves
    from emergence
    group by family
),

final as (
    select
        usual_lengths.family,
        usual_lengths.n_scales,
        usual_lengths.curves,
        -- Two steps a and b: |a + b| / sqrt((a^2 + b^2) / 2) is at most 2. With three or more, half of them can be 0.
        case usual_lengths.n_scales
            when 1 then null
            when 2 then 1.0
            when 3 then 2.0
            else 'infinity'::double
        end as largest_possible,
        max(abs(emergence.emergence_score)) filter (where emergence.status = 'finite') as largest_finite,
        count(*) filter (where emergence.status = 'infinite') as infinite,
        count(*) filter (where emergence.n_scales in (2, 3)) as capped_curves,
        count(*) filter (where convention_values.is_emergent) as emergent
    from usual_lengths
    inner join emergence using (family)
    inner join convention_values using (curve_id)
    where convention_values.convention = 'published'
    group by all
)

select * from final
