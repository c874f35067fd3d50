-- The class of a test set's size, by sql/seeds/n_test_classes.csv.
create or replace macro n_test_class(n) as
    coalesce(
        (
            select max(classes.n_test_class)
            from seed_n_test_classes as classes
            where n >= classes.least and n <= coalesce(classes.most, n)
        ),
        'not known'
    )
