-- What the tests say of each curve, one row per curve, in the metric's own units, and which sentences of
-- pipeline/report/explorer/sentences.csv tell it: one of the forecast of the largest model, and one of the verdict.
with

turned as (
    select
        emergence.curve_id,
        emergence.last_score,
        tests.status as test_status,
        tests.is_tested and not tests.is_exploratory as is_tested,
        tests.is_exploratory,
        tests.basis,
        if(tests.basis = 'binomial', tests.chance, null) as chance,
        turned(testable.is_log_scaled, testable.is_proportion, testable.higher_is_better) as turned,
        tests.without_1_predicted as predicted,
        if(testable.higher_is_better, tests.without_1_low, tests.without_1_high) as low,
        if(testable.higher_is_better, tests.without_1_high, tests.without_1_low) as high
    from emergence
    left join curve_tests as tests using (curve_id)
    left join testable_curves as testable using (curve_id)
),

told as (
    select
        turned.* exclude (predicted, low, high, turned),
        turn_back(predicted, turned) as predicted,
        turn_back(low, turned) as forecast_low,
        turn_back(high, turned) as forecast_high,
        verdicts.verdict,
        verdicts.upper_q,
        verdicts.lower_q,
        verdicts.above_forecast,
        verdicts.broken_q,
        verdicts.broken_by,
        verdicts.largest_jump
    from turned
    left join curve_verdicts as verdicts using (curve_id)
),

final as (
    select
        * exclude (last_score),
        case
            when not is_tested or forecast_low is null then ''
            when verdict = 'late gain' then 'late_gain'
            when upper_q < 0.05 then 'dip'
            when lower_q < 0.05 then 'late_loss'
            when last_score between forecast_low and forecast_high then 'within'
            else 'outside'
        end as forecast_said,
        case
            when verdict is null then 'average'
            when verdict = 'not tested' and is_exploratory and test_status = 'fitted' then 'exploratory'
            when verdict = 'not tested' then test_status
            else replace(replace(verdict, ' ', '_'), '-', '_')
        end as verdict_said
    from told
)

select * from final
order by curve_id
