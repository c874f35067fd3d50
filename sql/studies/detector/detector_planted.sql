-- How often E exceeds the threshold where a jump is planted before the largest model, and where nothing is, in the scenario
-- that combines shared examples, constant answerers and model noise, by class of n_test: curves without room for the jump
-- are left out, so that over all classes the mix differs. Calibration is for the published threshold alone.
with

rates as (
    select
        split_part(test, ', ', 2) as convention,
        n_test_class,
        jump,
        place,
        curves,
        round(rejected_share * curves)::bigint as found,
        rejected_share
    from calibration
    where starts_with(test, 'E, ')
        and scenario = 'combined'
        and getvariable('threshold') = 100
        and (select is_bigbench from options)
),

final as (
    select
        planted.convention,
        planted.n_test_class,
        format('planted jump {:g}', planted.jump) as truth,
        planted.curves + smooth.curves as curves,
        planted.curves as positives,
        planted.found,
        planted.rejected_share as sensitivity,
        1 - smooth.rejected_share as specificity,
        smooth.found as false_alarms,
        smooth.rejected_share as false_positive_share
    from rates as planted
    inner join rates as smooth
        on smooth.convention = planted.convention
        and smooth.n_test_class = planted.n_test_class
        and smooth.jump = 0
    where planted.jump > 0
        and planted.place = 'last'
)

select * from final
