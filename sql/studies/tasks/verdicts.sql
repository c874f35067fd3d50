-- The verdicts and their rules, in the words for what the curves run over.
select
    seed_verdicts.place,
    seed_verdicts.verdict,
    replace(
        replace(
            replace(
                replace(seed_verdicts.meaning, '{first}', scale_names.first_one),
                '{last}', scale_names.last_one
            ),
            '{earlier}', scale_names.earlier
        ),
        '{point}', scale_names.point
    ) as meaning
from seed_verdicts
cross join scale_names
