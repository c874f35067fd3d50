-- scores that are on no curve, or on two
-- a join in sql/curves/curves.sql or sql/curves/curve_points.sql lost or multiplied rows: undo the last change to them.
select
    (select count(*) from stg_scores) as scores,
    (select count(*) from curve_points) as points
where scores <> points
