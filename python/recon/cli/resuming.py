"""Goes on with a stored run. Must never change what the run asks: another plan or other probes are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from recon.cli import audit
from recon.cli.loading import load_plugins
from recon.cli.run import sweep_plan
from recon.config import load as load_config
from recon.errors import PlanError, StoreError
from recon.plan_parts import differences
from recon.store import find_run

if TYPE_CHECKING:
    from recon.cli.run import Request
    from recon.model import Summary
    from recon.plan import Plan
    from recon.plugins import Plugins
    from recon.store import Run


def resume(word: str, request: Request) -> int:
    """Finish the run that ``word`` finds, and give the exit code."""
    with audit.Audit((f"resume {word}",)) as line:
        line.summary = _resume(word, request, line)
    return line.summary.exit


def _resume(word: str, request: Request, line: audit.Audit) -> Summary:
    run = find_run(word)
    if run.kind != "sweep":
        raise PlanError(word, f"is a run by {run.kind}: there is nothing to go on with", "recon show last")
    plan = line.plan = load_config().limited(run.plan)
    audit.check()
    plugins = load_plugins(request.disabled, request.probe_files)
    _refuse_other_probes(run, plan, plugins)
    return sweep_plan(plan, plugins, replace(request, show=plan.show), kept=run)


def _refuse_other_probes(run: Run, plan: Plan, plugins: Plugins) -> None:
    """A run asks the same questions to its end."""
    differing = differences(plan.parts(), plan.knowing(plugins.probes()).parts())
    if differing:
        message = (
            f"run {run.id} began with recon {run.about.get('recon')} and plugins {_versions(run)}; what would go on"
            f" now differs in: {', '.join(differing)}"
        )
        raise StoreError(message)


def _versions(run: Run) -> str:
    known = run.about.get("run", {}).get("plugins", {})
    return ", ".join(f"{name} {version}" for name, version in sorted(known.items())) or "none"
