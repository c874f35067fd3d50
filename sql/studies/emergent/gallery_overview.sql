-- What the curves of each gallery have in common.
select
    gallery.gallery,
    count(*) as curves,
    count(*) filter (where abs(gallery.emergence_score) > getvariable('threshold')) as over_threshold,
    count(*) filter (where gallery_steps.is_largest_at_end) as largest_step_at_end,
    count(*) filter (where gallery.emergence_score < 0) as falling
from gallery
inner join gallery_steps using (gallery, rank)
group by gallery.gallery
