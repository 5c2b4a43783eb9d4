"""What was asked, in words that outlive the process, and the task it comes to.

It must not judge; of an upload it says what becomes of the files once it is over.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from propdesk.crm.judgements.models import Judgement, Judging
from propdesk.web import samples
from propdesk.web.comparison import comparing
from propdesk.web.forms import JudgeForm
from propdesk.web.judging import Refused, Request
from propdesk.web.judging_queue import Task, TooBusy
from propdesk.web.keeping import Fingerprinted, judge_and_keep
from propdesk.web.kept_uploads import Kept, keep
from propdesk.web.received import received_at
from propdesk.web.samples import Sample
from propdesk.web.uploads import Held


def upload_asked(form: JudgeForm, files: Held, accounts: tuple[str, ...]) -> Task[Fingerprinted]:
    """Judge what a valid form brought; ``accounts`` are those it let choose from."""
    terms = {name: str(form.data.get(name, "")) for name in form.text_fields}

    def over(why: BaseException | None) -> None:
        choice = why.accounts if isinstance(why, Refused) and why.accounts else accounts
        if choice and isinstance(why, Refused | TooBusy):
            keep(Kept(files, choice, terms), received_at())
        else:
            files.release()

    asked = {"upload": str(files.id), "terms": terms, "accounts": accounts}
    return judge_and_keep(_request(form.cleaned_data, files), asked, over)


def sample_asked(sample: Sample, *, with_quotes: bool) -> Task[Fingerprinted]:
    asked = {"sample": sample.name, "with_quotes": with_quotes}
    return judge_and_keep(sample.request(with_quotes=with_quotes), asked, lambda _why: None)


def asked_again(judging: Judging) -> Task[Any]:
    """The task of a judging that was left unfinished. Raises ``Refused``."""
    asked = judging.asked
    if "upload" in asked:
        return _upload_again(asked)
    if "sample" in asked:
        sample = samples.find(asked["sample"])
        if sample is not None:
            return sample_asked(sample, with_quotes=asked["with_quotes"])
    elif "first" in asked:
        first = Judgement.objects.filter(pk=asked["first"]).first()
        if first is not None:
            return comparing(first, asked["terms"])
    raise Refused(_("What was to be judged is not here any more. Ask for it again."))


def upload_of(judging: Judging) -> UUID | None:
    """The upload that a judging needs."""
    return UUID(judging.asked["upload"]) if "upload" in judging.asked else None


def _upload_again(asked: Mapping[str, Any]) -> Task[Fingerprinted]:
    files = Held(UUID(asked["upload"]))
    if files.one("statement") is None:
        raise Refused(_("The files of this history are not here any more. Send them again."))
    accounts = tuple(asked["accounts"])
    form = JudgeForm(asked["terms"], files_are_here=True, accounts=accounts)
    if not form.is_valid():
        files.release()
        raise Refused(_("These terms are not on offer any more. Send the history again."))
    return upload_asked(form, files, accounts)


def _request(terms: Mapping[str, Any], files: Held) -> Request:
    statement = files.one("statement")
    if statement is None:  # pragma: no cover - the form requires it
        raise FileNotFoundError(files.directory)
    rulebook, phase = terms["terms"].split("/", 1)
    own = files.one("own_rulebook")
    return Request(
        history=statement,
        rulebook=rulebook if own is None else own,
        phase=phase if own is None else terms["own_phase"],
        size=terms["size"],
        quotes=files.many("quotes"),
        source_zone=terms["source_zone"],
        account=terms["account"] or None,
        currency=terms["currency"],
        add_ons=terms["add_ons"],
        calendars=files.many("calendars"),
        instruments=files.one("instruments"),
        columns=files.one("columns"),
    )
