"""The room's queue and its job: one run of a plugin, in a worker that does nothing else."""

from plugins import executions
from plugins.models import ExecutionState, PluginExecutionLog
from queues.context import Context
from queues.declare import Payload, Queue, job
from queues.errors import Permanent

PLUGIN_EXECUTE = Queue("plugin.execute", pool="plugins", concurrency=2, attempts=5)


class ExecutionPayload(Payload):
    execution_id: int


@job(
    queue=PLUGIN_EXECUTE,
    name="execute-plugin",
    payload=ExecutionPayload,
    timeout_seconds=60,
    search_keys=("execution_id",),
)
def execute_plugin(ctx: Context, payload: ExecutionPayload) -> None:
    """What a plugin does wrong it does wrong again: its run fails at once, and for good, with the reason."""
    asked = PluginExecutionLog.objects.select_related("version__plugin").get(pk=payload.execution_id)
    if asked.state == ExecutionState.FAILED:  # and its worker was killed before it could say so
        raise Permanent(f"{asked.version}: {asked.error}")
    if asked.state != ExecutionState.ASKED:
        return
    ctx.progress(10, f"Running {asked.version}")
    outcome, calls = executions.carry_out(asked)
    if not outcome.is_good:
        executions.note(asked, outcome, calls)
        raise Permanent(f"{asked.version}: {outcome.error}")
    with ctx.finishing() as result:
        executions.note(asked, outcome, calls)
        result.update(state=ExecutionState.DONE, milliseconds=round(outcome.seconds * 1000))
