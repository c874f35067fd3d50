-- Benjamini and Hochberg's q of a p value that is the place-th smallest of `tests` in its family: the smallest p tests / place
-- among this place and all later ones.
create or replace macro adjusted_p(p, place, tests, family) as
    least(1.0, min(p * tests / place) over (partition by family order by place desc rows unbounded preceding))
