"""Run the project's own workflow files the way the Actions runner does, on this machine.

The files decide what runs, with which inputs; nothing of their sequence is written down here again.
"""

from pipeline.rehearsal.runner.engine import Engine, HostProcess, NoEngine, Silent, TokenFactory, Watcher
from pipeline.rehearsal.runner.results import Annotation, Conclusion, JobResult, StepResult, WorkflowResult
from pipeline.rehearsal.runner.runner import Runner
from pipeline.rehearsal.runner.workflow import Workflow, read_workflow

__all__ = [
    "Annotation",
    "Conclusion",
    "Engine",
    "HostProcess",
    "JobResult",
    "NoEngine",
    "Runner",
    "Silent",
    "StepResult",
    "TokenFactory",
    "Watcher",
    "Workflow",
    "WorkflowResult",
    "read_workflow",
]
