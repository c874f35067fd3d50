"""The core needs none of what `make induce` installs."""

import subprocess
import sys

from pipeline.settings import ROOT


def test_all_but_training_works_without_torch():
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('torch', 'sklearn'): raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "import pipeline.report, pipeline.induce, pipeline.induce.findings, pipeline.induce.drawing\n"
        "from pipeline.induce import outcomes, plan\n"
        "try: outcomes.train(next(plan.QUICK[0].jobs()))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.startswith("PipelineError torch is not installed")
    assert "Next: run `make induce`" in shown
