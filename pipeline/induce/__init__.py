"""Induced emergence: small networks trained here, whose metric makes an ability "emerge" or not (`make induce`).

Data flows one way: `plan` says what to train, `training` trains it (the only place that imports torch), `outcomes`
keeps what each network answered, `scoring` turns answers into scores, `emergence` gives their curves the same E,
status and readings as the benchmark's curves get, `equivalence` judges jumps, `drawing` draws, `findings` sums up.
"""

from pipeline.induce.stage import run as run
