-- What the tests of curves see, where more is better and a metric without bounds is its logarithm, in the metric's own units.
create or replace macro turn_back(value, turned) as case turned
    when 'log' then exp(-value)
    when 'wrong' then 1 - value
    when 'negated' then -value
    else value
end;
