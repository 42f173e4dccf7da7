"""The trail is whole, or says where it was touched."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from perfgoals.audit import trail
from perfgoals.audit.models import AuditHead, AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def five(people):
    return [
        trail.record(
            actor=people["审计员"], action=f"act{number}", comment=f"第{number}次", changes={"n": number}
        )
        for number in range(1, 6)
    ]


def _sql(statement, *values):
    """What somebody with the database's password would do."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _messages():
    return [place.message for place in trail.breaks()]


def test_a_whole_chain_has_no_breaks(five, capsys):
    assert _messages() == []
    assert [entry.sequence for entry in five] == [1, 2, 3, 4, 5]
    assert five[4].previous == five[3].digest
    call_command("verify_audit")
    assert five[4].digest in capsys.readouterr().out


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditrecord SET comment = 'x' WHERE sequence = 3",
        "UPDATE audit_auditrecord SET action = 'x' WHERE sequence = 3",
        "UPDATE audit_auditrecord SET changes = '{\"n\": 9}' WHERE sequence = 3",
        "UPDATE audit_auditrecord SET at = '2001-01-01 00:00:00+00' WHERE sequence = 3",
        "UPDATE audit_auditrecord SET actor_id = NULL WHERE sequence = 3",
        "UPDATE audit_auditrecord SET to_state = 'approved' WHERE sequence = 3",
    ],
)
def test_a_changed_record_is_named(five, statement):
    _sql(statement)
    assert _messages() == ["第 3 条的内容被改过。"]


def test_a_changed_record_with_a_new_digest_breaks_the_next_link(five):
    _sql("UPDATE audit_auditrecord SET comment = 'x' WHERE sequence = 3")
    forged = AuditRecord.objects.get(sequence=3)
    _sql("UPDATE audit_auditrecord SET digest = %s WHERE sequence = 3", trail.digest_of(forged))
    assert _messages() == ["第 4 条和前一条接不上：前一条被换过，或顺序被动过。"]


def test_removed_records_are_named(five):
    _sql("DELETE FROM audit_auditrecord WHERE sequence IN (2, 3)")
    assert _messages() == ["第 2—3 条不见了。"]


def test_a_cut_end_is_seen(five):
    _sql("DELETE FROM audit_auditrecord WHERE sequence = 5")
    assert "末尾少了记录" in _messages()[0]


def test_reordered_records_are_named(five):
    _sql("UPDATE audit_auditrecord SET sequence = 99 WHERE sequence = 2")
    _sql("UPDATE audit_auditrecord SET sequence = 2 WHERE sequence = 3")
    _sql("UPDATE audit_auditrecord SET sequence = 3 WHERE sequence = 99")
    assert _messages()[:2] == ["第 2 条的内容被改过。", "第 3 条的内容被改过。"]


def test_records_added_while_verifying_are_no_break(five, people, monkeypatch):
    of = trail.digest_of

    def busy(entry):
        if entry.sequence == 3 and entry.pk and AuditHead.objects.get().sequence == 5:
            monkeypatch.setattr(trail, "digest_of", of)
            trail.record(actor=people["审计员"], action="meanwhile")
        return of(entry)

    monkeypatch.setattr(trail, "digest_of", busy)
    assert _messages() == []
    assert AuditHead.objects.get().sequence == 6


def test_a_record_slipped_in_behind_the_head_is_seen(five):
    forged = AuditRecord.objects.get(sequence=5)
    forged.pk, forged.sequence, forged.previous = None, 6, forged.digest
    forged.digest = trail.digest_of(forged)
    forged._state.adding = True
    forged.save()
    assert _messages() == ["末尾少了记录：链尾记到第 5 条，表里只到第 6 条。"]


def test_the_command_says_so_and_fails(five, capsys):
    _sql("UPDATE audit_auditrecord SET comment = 'x' WHERE sequence = 1")
    with pytest.raises(SystemExit) as end:
        call_command("verify_audit")
    assert end.value.code == 1
    assert "第 1 条的内容被改过" in capsys.readouterr().out


def test_an_act_that_fails_leaves_no_record_and_no_gap(people):
    def fail():
        with transaction.atomic():
            trail.record(actor=people["审计员"], action="lost")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    trail.record(actor=people["审计员"], action="kept")
    assert AuditHead.objects.get().sequence == 1
    assert _messages() == []


def test_only_the_auditor_sees_the_whole_trail(five, people):
    assert AuditRecord.objects.visible_to(people["审计员"]).count() == 5
    for name in ("系统管理员", "安全管理员", "财政审核人", "业务管理员"):
        assert not AuditRecord.objects.visible_to(people[name]).exists()


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_one_chain(people):
    def write(number):
        try:
            for turn in range(5):
                trail.record(actor=people["审计员"], action=f"{number}-{turn}")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditRecord.objects.count() == 30
    assert _messages() == []
