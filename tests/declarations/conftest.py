"""Forms that are really filled in, and people at their browsers."""

import pytest
from django.test import Client


@pytest.fixture
def at(people):
    """at("信息中心填报人") → a browser in which this person has signed in."""

    def sign_in(name, **options):
        client = Client(**options)
        client.force_login(people[name])
        return client

    return sign_in


@pytest.fixture
def filled(make_declaration):
    """filled() → a draft that says what 信息中心 published for 2020 (固定资产系统): no 错误, some 疑问."""
    from declarations.published import published_documents
    from declarations.speaking import write_rows

    documents = dict(published_documents())

    def make(source="xxzx-2020-5", **options):
        declaration = make_declaration(name=documents[source].project_name, **options)
        write_rows(documents[source], declaration)
        return declaration

    return make


@pytest.fixture
def ready(filled, people):
    """ready() → the same with a written reason for every 疑问: it can be sent."""
    from declarations.checkup import findings_of
    from declarations.models import FindingReason
    from perfgoals.findings import Level

    def make(**options):
        declaration = filled(**options)
        for finding in findings_of(declaration):
            assert finding.level is not Level.ERROR, finding
            if finding.level is Level.DOUBT:
                FindingReason.objects.get_or_create(
                    declaration=declaration,
                    code=finding.code,
                    path=finding.path,
                    defaults={
                        "message": finding.message,
                        "reason": "与去年验收的口径一致",
                        "written_by": people["信息中心填报人"],
                    },
                )
        return declaration

    return make
