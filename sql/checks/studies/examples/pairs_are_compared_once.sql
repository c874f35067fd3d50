-- comparisons that were lost or made twice, or whose q is smaller than their p
-- see the correction in sql/studies/examples/compared_examples.sql.
with

given as (
    select count(*) as pairs
    from example_pairs
    where n > 0
),

compared as (
    select
        count(*) as pairs,
        count(*) filter (where q < p * (1 - 1e-12)) as too_small
    from compared_examples
)

select
    given.pairs as given,
    compared.pairs as compared,
    compared.too_small
from given
cross join compared
where given.pairs <> compared.pairs
    or compared.too_small > 0
