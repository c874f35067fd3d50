-- Ends of Wilson's (1927) 95 % interval of a share of n examples (z = 1.96); null where n is not known.
create or replace macro wilson_low(share, n) as
    (share + 1.9208 / n - 1.96 * sqrt(share * (1 - share) / n + 0.9604 / (n * n))) / (1 + 3.8416 / n);
create or replace macro wilson_high(share, n) as
    (share + 1.9208 / n + 1.96 * sqrt(share * (1 - share) / n + 0.9604 / (n * n))) / (1 + 3.8416 / n);
