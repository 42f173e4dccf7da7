"""The demonstration: the published forms as approved declarations, an indicator library, accounts and drafts to try.

``load()`` may run again and again with the same result: what is there is found by its code, name or source id.
Published forms follow their fixture; drafts, once made, belong to whoever types in them and are left alone.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from declarations.checkup import findings_of, refresh_counts
from declarations.models import Declaration, LibraryIndicator, Project
from declarations.published import FOLDER, published_documents
from declarations.speaking import write_rows
from perfgoals.accounts.demo import DEMO_PASSWORD
from perfgoals.accounts.models import Organization, Region, User
from perfgoals.campaigns.models import Campaign
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.documents.models import Revision
from perfgoals.workflow import State, freeze

# Whoever freezes the published forms in the demonstration.
PUBLISHER = "business-admin"
# Entries of the library stand in the groups of this edition; others are reached by the mapping of frames.
LIBRARY_EDITION = "sh-2020-declaration"


@transaction.atomic
def load() -> dict[str, int]:
    """Load everything; returns how many of each kind the demonstration has."""
    load_places()
    accounts = load_accounts()
    campaigns = load_campaigns()
    publisher = User.objects.get(username=PUBLISHER)
    published = list(published_documents())
    drafts = list(draft_documents())
    made = [load_published(source_id, document, publisher) for source_id, document in published]
    made += [load_draft(source_id, document) for source_id, document in drafts]
    count_findings([declaration for declaration in made if declaration])
    entries = load_library([document for _, document in published])
    return {
        "账号": accounts,
        "批次": campaigns,
        "公开的表": len(published),
        "草稿": len(drafts),
        "指标库条目": entries,
    }


def _table(name: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def load_places(name: str = "places") -> None:
    """The regions and organizations of a fixture; the organizations lie in its first region."""
    places = _table(name)
    for place in places["regions"]:
        Region.objects.update_or_create(code=place["code"], defaults={"name": place["name"]})
    region = Region.objects.get(code=places["regions"][0]["code"])
    for place in places["organizations"]:
        parent = Organization.objects.get(code=place["parent"]) if "parent" in place else None
        Organization.objects.update_or_create(
            code=place["code"],
            defaults={"name": place["name"], "kind": place["kind"], "region": region, "parent": parent},
        )


def load_accounts(name: str = "accounts") -> int:
    """Demo accounts with the demo password, whatever was done to them since."""
    accounts = _table(name)["accounts"]
    password = _demo_password_hash()
    for account in accounts:
        fields = {
            "name": account["name"],
            "role": account["role"],
            "organization": Organization.objects.get(code=account["organization"]),
            "is_active": True,
            "is_demo": True,
            "must_change_password": False,
            "password": password,
        }
        User.objects.update_or_create(username=account["username"], defaults=fields)
    return len(accounts)


def _demo_password_hash() -> str:
    """One hash for all: hashing is slow on purpose, and a new one would sign everybody out."""
    known = User.objects.filter(username=PUBLISHER, is_demo=True).first()
    if known is not None and known.check_password(DEMO_PASSWORD):
        return known.password
    return make_password(DEMO_PASSWORD)


def load_campaigns(name: str = "campaigns") -> int:
    """The campaigns of a fixture; where one names no region, it is that of the published declarations."""
    campaigns = _table(name)["campaigns"]
    usual = _table("places")["regions"][0]["code"]
    for campaign in campaigns:
        fields = {key: value for key, value in campaign.items() if key != "name"}
        fields["region"] = Region.objects.get(code=campaign.get("region", usual))
        Campaign.objects.update_or_create(name=campaign["name"], defaults=fields)
    return len(campaigns)


def load_published(source_id: str, document: DeclarationDocument, publisher: User) -> Declaration | None:
    """The form as an approved declaration with its revision; a changed fixture becomes the next revision.

    Returns the declaration if it was written, None if it says all this already.
    """
    declaration = Declaration.objects.filter(source_id=source_id).first()
    if declaration is None:
        declaration = _new_row(source_id, document, State.APPROVED)
    kept = Revision.objects.filter(
        content_type=ContentType.objects.get_for_model(Declaration), object_id=declaration.pk
    ).last()
    if kept is not None and kept.fingerprint == document.fingerprint:
        return None
    write_rows(document, declaration)
    freeze(declaration, actor=publisher, reason="publish")
    return declaration


def draft_documents() -> Iterator[tuple[str, DeclarationDocument]]:
    for path in sorted((FOLDER / "drafts").glob("*.json")):
        yield path.stem, DeclarationDocument.from_json(path.read_text("utf-8"))


def load_draft(source_id: str, document: DeclarationDocument) -> Declaration | None:
    """A draft to try, unless it is there or its unit has a form of this project open already (then None)."""
    if Declaration.objects.filter(source_id=source_id).exists():
        return None
    campaign, project = _campaign_of(document), _project_of(document)
    if Declaration.objects.filter(campaign=campaign, project=project).exists():
        return None
    declaration = _new_row(source_id, document, State.DRAFT)
    if any(row.origin == "last_year" for row in document.indicators):
        earlier = project.declarations.filter(state=State.APPROVED, edition_id=document.form)
        declaration.copied_from = earlier.order_by("fiscal_year").last()
    write_rows(document, declaration)
    return declaration


def _new_row(source_id: str, document: DeclarationDocument, state: State) -> Declaration:
    project = _project_of(document)
    return Declaration.objects.create(
        project=project,
        organization=project.organization,
        campaign=_campaign_of(document),
        fiscal_year=document.fiscal_year,
        edition_id=document.form,
        source_id=source_id,
        state=state,
    )


def _project_of(document: DeclarationDocument) -> Project:
    """The project of this name in this unit: the same one on the forms of all years."""
    unit = Organization.objects.get(name=document.declaring_unit)
    same = {"organization": unit, "name": document.project_name or ""}
    return Project.objects.filter(**same).order_by("pk").first() or Project.objects.create(**same)


def _campaign_of(document: DeclarationDocument) -> Campaign:
    names = [campaign["name"] for campaign in _table("campaigns")["campaigns"]]
    return Campaign.objects.get(name__in=names, edition_id=document.form, fiscal_year=document.fiscal_year)


def count_findings(declarations: list[Declaration]) -> None:
    """Refresh the counts for the lists, once all forms are there: rules compare a form with its neighbours."""
    for declaration in declarations:
        refresh_counts(declaration, findings_of(declaration))


def load_library(published: list[DeclarationDocument]) -> int:
    """The library's entries; where and how often a name was used is counted from the published forms."""
    entries = _table("library")["entries"]
    forms: dict[str, list[DeclarationDocument]] = defaultdict(list)
    for document in published:
        for name in {row.name for row in document.indicators}:
            forms[name].append(document)
    for entry in entries:
        found = {key: entry[key] for key in ("level1", "level2", "name")} | {"edition_id": LIBRARY_EDITION}
        texts = {key: value for key, value in entry.items() if key not in found}
        used = forms[entry["name"]]
        row, made = LibraryIndicator.objects.update_or_create(
            **found, defaults=texts | {"source": _source(used)}
        )
        if made:  # afterwards the officers' own use counts on
            row.used = len(used)
            row.save(update_fields=["used"])
    return len(entries)


def _source(documents: list[DeclarationDocument]) -> str:
    """``上海市财政局 2020年公开表 5 张；…``, most first."""
    counts = Counter((document.declaring_unit, document.fiscal_year) for document in documents)
    return "；".join(f"{unit} {year}年公开表 {number} 张" for (unit, year), number in counts.most_common())
