"""存下的筛选: a reviewer's own filters, by name."""

from django.core.exceptions import ValidationError
from django.http import QueryDict

from declarations.inbox.models import SavedFilter
from declarations.inbox.waiting import Wanted
from perfgoals.accounts.models import User

MOST = 12
LONGEST_NAME = SavedFilter._meta.get_field("name").max_length or 20


def save(user: User, name: str, wanted: Wanted) -> SavedFilter:
    """Keep what is looked for under this name; a name that is there already gets the new filter.

    Raises ``ValidationError`` (Chinese).
    """
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise ValidationError("给这个筛选起个名字，比如“大额新项目”。")
    if len(name) > LONGEST_NAME:
        raise ValidationError(f"名字最多 {LONGEST_NAME} 个字，现在是 {len(name)} 个字。")
    if not wanted and wanted.order == "risk":
        raise ValidationError("还没有选任何条件。先筛选，再存下来。")
    mine = SavedFilter.objects.filter(user=user)
    if mine.exclude(name=name).count() >= MOST:
        raise ValidationError(f"最多存 {MOST} 个筛选。先删掉一个不用的。")
    kept, _ = SavedFilter.objects.update_or_create(user=user, name=name, defaults={"query": wanted.query()})
    return kept


def wanted_by(kept: SavedFilter) -> Wanted:
    return Wanted.from_query(QueryDict(kept.query))
