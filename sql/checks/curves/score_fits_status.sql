-- emergence scores that their status does not allow
-- see the cases in sql/curves/curve_emergence.sql.
select task, subtask, metric, shots, family, status, emergence_score
from emergence_all
where case status
        when 'finite' then emergence_score is null or not isfinite(emergence_score)
        when 'infinite' then emergence_score is null or not isinf(emergence_score)
        else emergence_score is not null
    end
order by all
