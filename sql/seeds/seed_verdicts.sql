select
    verdict,
    place,
    meaning
from read_csv(
    'verdicts.csv',
    header = true,
    columns = {
        verdict: 'varchar',
        place: 'integer',
        meaning: 'varchar'
    }
)
