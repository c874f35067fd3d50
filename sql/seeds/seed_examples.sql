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
    columns = {
        name: 'varchar',
        repository: 'varchar',
        commit: 'varchar',
        path: 'varchar',
        licence: 'varchar',
        what: 'varchar'
    }
)
