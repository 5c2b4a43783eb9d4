"""Lives drawn by chance: purchases, verdicts in any order and twice, persons, kills, a platform
that is away. Whatever happened, what must hold holds."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from propdesk.crm.accounts.models import AccountEvent, Approval, TradingAccount
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.challenges.actions.fail import fail
from propdesk.crm.challenges.actions.lift_suspension import lift_suspension
from propdesk.crm.challenges.actions.propose_reinstatement import propose_reinstatement
from propdesk.crm.challenges.actions.provision import provision
from propdesk.crm.challenges.actions.reinstate import reinstate
from propdesk.crm.challenges.actions.reset import reset
from propdesk.crm.challenges.actions.settle_gate import settle_gate
from propdesk.crm.challenges.actions.suspend import suspend
from propdesk.crm.challenges.actions.terminate import terminate
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, Gate
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.statuses import STATUS_EDGES
from propdesk.ports.platform import CancelAll, CloseAll, CreateAccount, Rights
from tests.crm.challenges.enrolled import SECOND_STAFF, STAFF, SYSTEM, Firm

STATUSES = st.sampled_from([*STATUS_EDGES])
WHICH = st.integers(0, 1)
ENDED = {"passed", "breached", "expired"}
RUNNING = {"evaluating", "funded", "suspended"}
MET: Counter[str] = Counter()
"""What the lives had in them: lives in which nothing happens show nothing."""


class Lives(RuleBasedStateMachine):
    """A firm to which anything happens. Refusals are answers; any other error is a fault."""

    @initialize()
    def begin(self) -> None:
        self.firm = Firm()
        self.orders = [uuid7(self.firm.now) for _ in range(2)]
        self.resets = [uuid7(self.firm.now) for _ in range(2)]
        for order in self.orders:
            self.firm.enrolled(order)

    # -- what may happen
    @rule(which=WHICH)
    def an_order_is_provisioned(self, which: int) -> None:
        provision(self.firm.bought(self.orders[which]), by=SYSTEM, at=self._later())

    @rule(which=WHICH, status=STATUSES, older=st.booleans(), is_read=st.booleans())
    def the_engine_says(self, which: int, status: str, older: bool, is_read: bool) -> None:
        account = self._account(which, older=older)
        if account is None or account.opened_at is None:
            return
        self._later()
        if status == "passed":
            self.firm.engine.verdict(account.login, "pass", rule="phase")
        self.firm.engine.status(account.login, status)
        if is_read:
            self.firm.project()
            self.firm.deliver()

    @rule(which=WHICH, ends=st.sampled_from(["passed", "breached"]))
    def a_phase_goes_its_way(self, which: int, ends: str) -> None:
        for status in ("active", ends):
            self.the_engine_says(which, status, older=False, is_read=True)

    @rule()
    def it_is_read(self) -> None:
        self._later()
        self.firm.project()

    @rule(records=st.integers(1, 3))
    def another_projector_begins_where_the_last_was_killed(self, records: int) -> None:
        self.firm.projector = self.firm.new_projector()
        for _ in range(records):
            self.firm.projector.step()

    @rule()
    def it_is_delivered(self) -> None:
        self._later(minutes=2)
        self.firm.deliver()

    @rule()
    def the_platform_comes_and_goes(self) -> None:
        self.firm.platform.is_away = not self.firm.platform.is_away

    @rule(which=WHICH, gate=st.sampled_from(list(Gate)))
    def a_gate_is_settled(self, which: int, gate: Gate) -> None:
        self._try(which, lambda pk, at: settle_gate(pk, gate, by=STAFF, at=at, reason="seen"))

    @rule(which=WHICH, order=WHICH)
    def a_reset_is_paid(self, which: int, order: int) -> None:
        self._try(which, lambda pk, at: reset(pk, self.resets[order], by=SYSTEM, at=at))

    @rule(which=WHICH)
    def it_is_failed_by_hand(self, which: int) -> None:
        self._try(which, lambda pk, at: fail(pk, by=STAFF, at=at, reason="abuse"))

    @rule(which=WHICH)
    def it_is_suspended(self, which: int) -> None:
        self._try(
            which, lambda pk, at: suspend(pk, by=STAFF, at=at, reason="ring", positions="leave")
        )

    @rule(which=WHICH)
    def the_suspension_is_lifted(self, which: int) -> None:
        self._try(which, lambda pk, at: lift_suspension(pk, by=STAFF, at=at, reason="fine"))

    @rule()
    def one_is_terminated(self) -> None:
        self._try(
            1, lambda pk, at: terminate(pk, by=STAFF, at=at, reason="fraud", positions="close")
        )

    @rule(which=WHICH)
    def a_reinstatement_is_proposed(self, which: int) -> None:
        self._try(
            which,
            lambda pk, at: propose_reinstatement(
                pk, Decimal(99_000), by=STAFF, at=at, reason="feed"
            ),
        )

    @precondition(lambda _: Approval.objects.exists())
    @rule(same=st.booleans())
    def a_reinstatement_is_approved(self, same: bool) -> None:
        asked = Approval.objects.order_by("-proposed_at").first()
        assert asked is not None
        at = self._later()
        try:
            reinstate(asked.pk, by=STAFF if same else SECOND_STAFF, at=at)
        except ActionRefused:
            return
        assert not same

    # -- what holds
    @invariant()
    def an_order_is_one_enrolment(self) -> None:
        made = Enrolment.objects.count()
        assert made == AuditRow.objects.filter(action="challenges.provision").count()
        assert TradingAccount.objects.count() == EnrolmentPhase.objects.count()

    @invariant()
    def a_state_says_whether_a_phase_runs(self) -> None:
        for enrolment in Enrolment.objects.prefetch_related("phases"):
            running = [each for each in enrolment.phases.all() if not each.outcome]
            assert len(running) <= 1
            assert bool(running) <= (enrolment.state in RUNNING)
            if enrolment.state in {"evaluating", "funded"}:
                assert running, enrolment.state

    @invariant()
    def nobody_reaches_a_phase_without_a_pass(self) -> None:
        for phase in EnrolmentPhase.objects.filter(number__gt=1):
            before = EnrolmentPhase.objects.filter(
                enrolment=phase.enrolment_id, number=phase.number - 1, outcome="passed"
            )
            assert before.filter(account__status="passed").exists()

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for event in AccountEvent.objects.filter(kind="status"):
            old = event.detail["old"]
            assert old == "" or event.word in STATUS_EDGES[old]

    def teardown(self) -> None:
        """In the end everything arrives: what is over is cancelled, closed and disabled."""
        if not hasattr(self, "firm"):
            return
        firm = self.firm
        firm.platform.is_away = False
        for _ in range(4):
            self._later(minutes=5)
            firm.projector = firm.new_projector()
            firm.project()
            firm.deliver()
        created = [each for each in firm.platform.done if isinstance(each, CreateAccount)]
        assert len(created) == TradingAccount.objects.count()
        waiting = OutboxRow.objects.filter(destination="platform", delivered_at=None)
        assert not waiting.exists()
        for account in TradingAccount.objects.all():
            assert account.rights == account.rights_wanted
            assert firm.platform.held[account.login].rights == account.rights
            MET[account.status] += 1
            if account.status in ENDED:
                done = [type(each) for each in firm.platform.of(account.login)]
                assert account.rights == Rights.READ_ONLY
                assert CancelAll in done
                assert CloseAll in done
        for phase in EnrolmentPhase.objects.all():
            MET[f"{phase.name}/{phase.attempt}"] += 1
        for approval in Approval.objects.filter(decision="approved"):
            MET["approved"] += 1
            assert approval.decided_by != approval.proposed_by
        assert firm.alarms == []

    # -- small things
    def _later(self, **spans: float) -> Any:
        self.firm.now += timedelta(**(spans or {"seconds": 1}))
        return self.firm.now

    def _enrolment(self, which: int) -> UUID | None:
        found = Enrolment.objects.filter(order=self.orders[which])
        return found.values_list("id", flat=True).first()

    def _account(self, which: int, *, older: bool) -> TradingAccount | None:
        found = TradingAccount.objects.filter(
            enrolment_phase__enrolment__order=self.orders[which]
        ).order_by("created_at" if older else "-created_at", "id" if older else "-id")
        return found.first()

    def _try(self, which: int, act: Callable[[UUID, Any], object]) -> None:
        enrolment = self._enrolment(which)
        if enrolment is None:
            return
        try:
            act(enrolment, self._later())
        except ActionRefused:
            return


class InOneTransaction(Lives):
    """Each life in a transaction that is undone."""

    def __init__(self) -> None:
        super().__init__()
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)


@pytest.mark.django_db
def test_whatever_happens_what_must_hold_holds() -> None:
    run_state_machine_as_test(
        InOneTransaction,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {"passed", "breached", "verification/1", "challenge/2"} <= MET.keys()
