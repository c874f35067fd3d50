-- What was pooled over the tested proportions of one kind of answer and class of n_test.
select
    if(metric = 'multiple_choice_grade', 'multiple choice', 'free answer') as answers,
    n_test_class,
    min(n_test) as smallest_n_test,
    count(*) as curves,
    any_value(rho) as rho,
    median(dispersion) as dispersion,
    median(alpha) as alpha,
    any_value(slope_edge) as slope_edge
from curve_tests
where is_tested
    and basis = 'binomial'
group by
    answers,
    n_test_class
