"""S8: reading typed records with the client library."""

from .figures import Series
from .processes import progress, run
from .report import Section


def measure(bench):
    section = Section("S8")
    cpu, wall = Series(), Series()
    for _ in range(2 if bench.quick else 5):
        progress("S8: reading typed records")
        result = run([bench.product("taskstats-bench"), "client", "50000" if bench.quick else "200000"])
        cpu.add(result["cpu_us"])
        wall.add(result["wall_us"])
    section.figures = {"cpu_us": cpu.json(), "wall_us": wall.json(), "line_bytes": result["line_bytes"]}
    section.promise(
        "S8", f"client library, full typed records ({result['line_bytes']:,} bytes a line), CPU per record",
        f"{cpu.text()} µs", "<= 5 µs", cpu.median <= 5, {})
    return section
