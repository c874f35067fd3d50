select
    verdict,
    place,
    meaning
from read_csv(
    'verdicts.csv',
    header = true,
    auto_detect = false,
    columns = {
        verdict: 'varchar',
        place: 'integer',
        meaning: 'varchar'
    }
)
