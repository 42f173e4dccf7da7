"""What the check page posts: its fixes and reasons do their work and lead back to it."""

import re
from html import unescape

import pytest
from django.urls import reverse

from declarations.models import Indicator

pytestmark = pytest.mark.django_db


def forms_of(page, action):
    """The plain forms of the page that post to ``action``: their fields."""
    found = re.findall(r'<form class="[^"]*" method="post" action="([^"]+)">(.*?)</form>', page, re.DOTALL)
    inputs = [re.findall(r'name="(\w+)" value="([^"]*)"', body) for address, body in found if address == action]
    posts = []
    for pairs in inputs:
        post = {}
        for name, value in pairs:
            post.setdefault(name, []).append(unescape(value))
        posts.append(post)
    return posts


@pytest.fixture
def page_of(at):
    def read(declaration):
        url = reverse("declarations:check", args=[declaration.pk])
        return url, at("信息中心填报人").get(url).content.decode()

    return read


def test_a_fix_is_written_and_leads_back(at, filled, page_of):
    declaration = filled()
    row = Indicator.objects.filter(declaration=declaration, level1="产出目标").first()
    Indicator.objects.filter(pk=row.pk).update(target="》=50家")
    here, page = page_of(declaration)
    fix = reverse("declarations:fix", args=[declaration.pk])
    posts = [post for post in forms_of(page, fix) if f"indicators.{row.row_id}.target" in post["path"]]
    assert posts
    answer = at("信息中心填报人").post(fix, posts[0])
    assert answer["Location"].startswith(f"{here}#r-")
    row.refresh_from_db()
    assert row.target == "≥50家"


def test_a_reason_is_kept_and_leads_back(at, filled, page_of):
    declaration = filled()
    here, page = page_of(declaration)
    url = reverse("declarations:reason", args=[declaration.pk])
    post = forms_of(page, url)[0]
    answer = at("信息中心填报人").post(url, post | {"reason": "与去年验收的口径一致。"})
    anchor = answer["Location"].removeprefix(f"{here}#")
    assert anchor != answer["Location"]
    assert declaration.reasons.get().reason == "与去年验收的口径一致。"
    assert f'id="{anchor}"' in page_of(declaration)[1]
