select
    claim,
    published,
    tolerance,
    source
from read_csv(
    'published_claims.csv',
    header = true,
    auto_detect = false,
    columns = {
        claim: 'varchar',
        published: 'double',
        tolerance: 'double',
        source: 'varchar'
    }
)
