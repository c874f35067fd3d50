-- What is known of the tasks: all of it is about BIG-bench.
select * from seed_tasks
