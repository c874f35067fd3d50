-- How the tests of curves turned a metric so that more is better, for turn_back.
create or replace macro turned(is_log_scaled, is_proportion, higher_is_better) as case
    when is_log_scaled then 'log'
    when is_proportion and not higher_is_better then 'wrong'
    when not higher_is_better then 'negated'
    else 'as it is'
end;
