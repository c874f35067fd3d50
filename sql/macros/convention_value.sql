-- What a convention makes of a curve; null where it leaves the curve out. Flat curves count as 0 in all.
create or replace macro convention_value(curve_status, score, is_absolute, keeps_infinite) as
    case
        when curve_status = 'flat' then 0.0
        when curve_status = 'finite' or (curve_status = 'infinite' and keeps_infinite)
            then if(is_absolute, abs(score), score)
    end
