-- What orders the models of every curve, one name in one run (sql/checks/sources/tidy/staging/one_scale_name.sql), and what its
-- points are called.
with

name as (
    select any_value(scale_name) as scale_name
    from stg_scores
),

final as (
    select
        name.scale_name,
        words.first_one,
        words.last_one,
        words.earlier,
        words.point,
        words.places,
        words.is_by_size
    from name
    inner join seed_scale_words as words
        on words.scale_name = name.scale_name
        -- Any other name takes the words of the row without a name.
        or words.scale_name is null
    qualify row_number() over (order by words.scale_name nulls last) = 1
)

select * from final
