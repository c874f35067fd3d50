select
    row_number() over () as place,
    scenario,
    shape,
    ceiling,
    shared_examples,
    model_noise,
    constant_answerers,
    meaning
from read_csv(
    'scenarios.csv',
    header = true,
    auto_detect = false,
    columns = {
        scenario: 'varchar',
        shape: 'varchar',
        ceiling: 'double',
        shared_examples: 'boolean',
        model_noise: 'boolean',
        constant_answerers: 'boolean',
        meaning: 'varchar'
    }
)
