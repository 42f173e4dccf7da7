"""What became of the drawn forms since: the sample stands, and looks at the revision that was drawn."""

from collections.abc import Iterable, Mapping

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max

from evaluations.models import Evaluation
from evaluations.spot_checks.models import SpotCase
from perfgoals.documents.models import Revision
from perfgoals.workflow import State


def since_drawn(cases: Iterable[SpotCase]) -> Mapping[int, str]:
    """By case: a sentence, for the forms that are no longer as they were drawn. One query; ``cases`` hold their forms."""
    listed = list(cases)
    kind = ContentType.objects.get_for_model(Evaluation)
    kept = Revision.objects.filter(content_type=kind, object_id__in=[case.evaluation_id for case in listed])
    latest = dict(kept.order_by().values_list("object_id").annotate(Max("number")))
    said = ((case.pk, _sentence(case, latest.get(case.evaluation_id, 0))) for case in listed)
    return {pk: words for pk, words in said if words}


def _sentence(case: SpotCase, latest: int) -> str:
    form, drawn = case.evaluation, case.revision.number
    here = f"复核的仍是抽中时的第 {drawn} 稿"
    if latest > drawn:
        return f"抽中以后又定了第 {latest} 稿，{here}。"
    if form.state == State.RETURNED:
        return f"抽中以后退回了单位修改，{here}。"
    if form.state == State.DRAFT:
        return f"抽中以后单位撤回了，{here}。"
    if form.state != case.state_then:
        return f"抽中时{State(case.state_then).label}，现在{form.get_state_display()}，内容没有变。"
    return ""
