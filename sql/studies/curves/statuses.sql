-- What becomes of every curve.
select
    status,
    count(*) as curves,
    curves / sum(curves) over () as share
from emergence
group by status
