select
    task,
    category,
    starts_with(category, 'emergent') as is_emergent,
    emergent_model,
    task_type,
    task_level_preferred_metric
from read_csv(
    'annotations.csv',
    header = true,
    auto_detect = false,
    columns = {
        task: 'varchar',
        category: 'varchar',
        emergent_model: 'varchar',
        confidence: 'varchar',
        task_type: 'varchar',
        task_level_preferred_metric: 'varchar'
    }
)
