-- tasks without a verdict, or with two
-- see the rules in sql/studies/tasks/curve_verdicts.sql and the places in sql/seeds/verdicts.csv.
select
    (select count(distinct task) from emergence) as tasks_of_curves,
    (select count(*) from tasks) as tasks_judged
where tasks_of_curves <> tasks_judged
