"""What is done by the hundred thousand: import, the turn of the account year, verify, a stay of 2,000 lines; time and memory.

    .venv/bin/python tools/bulk_bench.py 100000

Each in a process of its own with a server of its own, fsync on for import and turn. The figures go to bench/results.json under
``bulk`` and the number of people, beside what `openyibao bench` measures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from openyibao.demo.load import machine

ROOT = Path(__file__).parents[1]
LINES, BILLS = 2_000, 20_000


def measured(*arguments: str) -> Any:
    """Run a measuring program; its answer is the JSON it says, alone or as its last line."""
    sys.stdout.write(f"measuring: {' '.join(arguments)}\n")
    sys.stdout.flush()
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    last = done.stdout.strip().rpartition("\n")[2]
    return json.loads(last if last.startswith("{") else done.stdout[done.stdout.index("\n{") :])


def main() -> None:
    """Measure all three and write."""
    people = sys.argv[1] if len(sys.argv) > 1 else "100000"
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "bench" / "results.json"
    figures = {
        "machine": machine() | {"load_before": round(os.getloadavg()[0], 2)},
        "import": measured("-m", "openyibao.demo.import_bench", "--people", people),
        "year_roll": measured("tools/year_roll_bench.py", people),
        "long_stay": measured("tools/long_stay.py", str(LINES)),
        "verify": measured("tools/verify_bench.py", str(BILLS)),
    }
    figures["machine"]["load_after"] = round(os.getloadavg()[0], 2)
    results = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    results.setdefault("bulk", {})[people] = figures
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
