"""Child process: does one act again and again, each time killed (-9) one step later, until it has come through.

A step is a statement that may change something, the moment before COMMIT, or the moment after it. What only reads
is no step: killed there, it leaves what the step before it left. After every try prints, as one JSON line, what
then stands in the database.  ``python -m tests.killed_acts ACT DECLARATION USER``
"""

import json
import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")
django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from declarations import reviewing, workflow  # noqa: E402
from declarations.models import Declaration, Indicator  # noqa: E402
from perfgoals.accounts.models import User  # noqa: E402
from perfgoals.audit import trail  # noqa: E402
from perfgoals.audit.models import AuditRecord  # noqa: E402
from perfgoals.documents.models import Revision  # noqa: E402
from perfgoals.reviewing.models import ReturnedPlace, ReturnRound  # noqa: E402
from perfgoals.reviewing.returning import NamedPlace  # noqa: E402
from perfgoals.workflow import perform  # noqa: E402

MOST = 200  # steps; an act that needs more is another act than it was


def along(step):
    return lambda form, actor: perform(step, form, actor=actor, version=form.version)


ACTS = {
    "submit": along(workflow.SUBMIT),
    "recall": along(workflow.RECALL),
    "pass": along(workflow.PASS),
    "approve": along(workflow.APPROVE),
    "return": lambda form, actor: reviewing.send_back(
        form,
        actor=actor,
        version=form.version,
        comment="请改必要性",
        places=[NamedPlace("necessity", "写清渗漏面积"), NamedPlace("section:case")],
    ),
    "undo": lambda form, actor: reviewing.undo(form, actor=actor),
    "adjust": lambda form, actor: reviewing.adjust(form, actor=actor, reason="追加任务"),
}


def picture(project: int) -> dict:
    """All that an act may have changed."""
    forms = Declaration.objects.filter(project=project).order_by("pk")
    content_type = ContentType.objects.get_for_model(Declaration)
    hanging = {"content_type": content_type, "object_id__in": [form.pk for form in forms]}
    return {
        "forms": [
            [form.state, form.version, form.submitted_by_id, form.opened_at is not None] for form in forms
        ],
        "counted": [[form.open_doubts, form.finding_codes, form.risk] for form in forms],
        "revisions": Revision.objects.filter(**hanging).count(),
        "records": AuditRecord.objects.filter(**hanging).count(),
        "returns": [
            [one.answered_at is not None, one.places.count()] for one in ReturnRound.objects.filter(**hanging)
        ],
        "places": ReturnedPlace.objects.count(),
        "rows": Indicator.objects.filter(declaration__project=project).count(),
        "breaks": sum(1 for _ in trail.breaks()),
    }


def act_until(last: int, act, pk: int, user: int) -> None:
    """Do the act in this process and die at step ``last``."""
    step = 0

    def tick() -> None:
        nonlocal step
        step += 1
        if step == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute, sql, params, many, context):
        if not sql.lstrip().upper().startswith("SELECT"):
            tick()
        return execute(sql, params, many, context)

    commit = connection._commit

    def killed_commit():
        tick()
        commit()
        tick()

    form, actor = Declaration.objects.get(pk=pk), User.objects.get(pk=user)
    connection._commit = killed_commit
    with connection.execute_wrapper(statement):
        act(form, actor)


def main(name: str, pk: int, user: int) -> None:
    project = Declaration.objects.get(pk=pk).project_id
    before = picture(project)
    # Read once what every child would read anew: the edition, the rules of the check-up.
    with transaction.atomic():
        ACTS[name](Declaration.objects.get(pk=pk), User.objects.get(pk=user))
        transaction.set_rollback(True)
    print(json.dumps(before), flush=True)
    for last in range(1, MOST):
        connection.close()  # a connection must not be shared with a child
        child = os.fork()
        if not child:
            act_until(last, ACTS[name], pk, user)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        now = picture(project)
        print(json.dumps(now), flush=True)
        if not os.WIFSIGNALED(status) or now != before:
            return


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
