-- published numbers that nothing was compared with, so that they would pass unseen
-- the claim's text in sql/seeds/published_claims.csv and in sql/studies/reproduction/published/reproduction.sql must be the same.
select claim, published
from reproduction
where reproduced is null
    -- A source may lack a metric of Figure 5A: its line then says that it does not agree.
    and not starts_with(claim, 'Figure 5A: largest score under ')
order by claim
