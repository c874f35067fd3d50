select
    name,
    repository,
    commit,
    path,
    licence,
    what
from read_csv(
    'examples.csv',
    header = true,
    auto_detect = false,
    columns = {
        name: 'varchar',
        repository: 'varchar',
        commit: 'varchar',
        path: 'varchar',
        licence: 'varchar',
        what: 'varchar'
    }
)
