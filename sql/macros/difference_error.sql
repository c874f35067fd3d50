-- Standard error of the difference of two shares of n examples each, as a two-proportion z test has it (from their mean, so that it
-- is 0 only where both are 0 or both are 1); models that answer the same examples differ by less.
create or replace macro difference_error(one, other, n) as
    sqrt(greatest((one + other) * (1 - (one + other) / 2), 0) / n);
