"""A programme's page: sums for a size, boundaries, examples, versions, files, differences."""

import hashlib
import json
import re
from html import unescape

import pytest
from django.test import Client

from propdesk.domain.worked_examples.registry import WITHOUT
from propdesk.web.rulebook_cards import phase_cards, version_cards
from propdesk.web.rulebook_library import history, shelf, usual_size
from propdesk.wire.rulebook_file import load_rulebook, parse_rulebook, presets

pytestmark = pytest.mark.django_db


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_size_gives_its_sums(client: Client) -> None:
    assert "(5,000.00)" in read(client, "/rulebooks/ftmo-2-step/")
    page = read(client, "/rulebooks/ftmo-2-step/?size=50000")
    assert "5 % of the initial balance (2,500.00)" in page
    assert 'href="?size=50000" aria-current="true"' in page
    assert client.get("/rulebooks/ftmo-2-step/?size=12345").status_code == 404


@pytest.mark.parametrize(
    ("address", "boundary"),
    [
        ("ftmo-2-step", "An equity of 95,999.99 breaks it; 96,000.00 does not."),
        ("ftmo-2-step", "An equity of 89,999.99 breaks it; 90,000.00 does not."),
        ("breakout-1-step/?size=50000", "An equity of 47,000.00 breaks it; 47,000.01 does not."),
        ("ftmo-2-step", "10,000 is enough; 9,999.99 is not."),
        ("ftmo-2-step", "4 is enough; 3 is not."),
        ("ftmo-2-step", "It holds when it is opened one second earlier."),
        ("ftmo-2-step", "It holds when it is closed one second earlier."),
        ("topstep-combine", "50.0002…"),
        ("topstep-combine", "Seen: 11, the limit is 10."),
        ("blusky-trailing", "raises the target to"),
    ],
)
def test_the_boundary_in_words(client: Client, address: str, boundary: str) -> None:
    slash = "" if "?" in address else "/"
    assert boundary in read(client, f"/rulebooks/{address}{slash}")


def test_an_example_shows_both_sides(client: Client) -> None:
    page = read(client, "/rulebooks/ftmo-2-step/")
    example = page[page.index("Worked example") : page.index("</table>")]
    assert "XAUUSD stands at 3,982.01" in example  # the price at which it breaks
    assert "XAUUSD stands at 3,982.02" in example  # one cent on the other side
    assert "Tue 3 Nov 16:03" in example  # Prague, an hour ahead of UTC
    assert "95,999.99" in example
    assert "The same history, but one cent less is lost." in example


def test_an_objective_is_no_violation(client: Client) -> None:
    page = read(client, "/rulebooks/ftmo-2-step/")
    target = page[page.index("Earn at least 10 %") :]
    target = target[: target.index("</article>")]
    assert "Until it is met the phase is not passed" in target
    assert "The account is lost." not in target


def test_many_lines_alike_are_left_out(client: Client) -> None:
    assert re.search(r"… \d+ more like these …", read(client, "/rulebooks/e8-one/"))


@pytest.mark.parametrize("name", presets())
def test_each_rule_has_its_example_or_the_reason(client: Client, name: str) -> None:
    loaded = next(each for each in shelf() if each.rulebook.name == name)
    answer = client.get(f"/rulebooks/{name}/", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.content) < 60_000
    for phase in phase_cards(name, usual_size(loaded.rulebook)):
        for rule in phase.rules:
            reason = rule.no_example
            assert (rule.example is None) == bool(reason)
            unsold = "accounts of this size" in reason
            assert not reason or unsold or rule.rule in WITHOUT, (phase.name, rule.name, reason)


def test_the_page_says_why_there_is_no_example(client: Client) -> None:
    page = read(client, "/rulebooks/tradeify-lightning/?size=25000")
    assert "No worked example: it does not bind accounts of this size." in page


def test_payout_and_scaling_are_sentences(client: Client) -> None:
    page = read(client, "/rulebooks/ftmo-2-step/")
    assert "<li>The trader gets 80 % of a payout.</li>" in page
    assert "a net profit of 10 % of the initial balance (10,000.00)" in page


def test_an_add_on_is_what_it_changes(client: Client) -> None:
    page = read(client, "/rulebooks/breakout-1-step/")
    add_ons = page[page.index('id="add-ons"') :]
    assert "Earn at least 12 % of the initial balance (12,000.00)" in add_ons
    assert "<del>10 % of initial</del>" in add_ons


def test_versions_and_what_each_changed(client: Client) -> None:
    name = next(each for each in presets() if len(history(each)) > 1)
    page = read(client, f"/rulebooks/{name}/")
    versions = page[page.index('id="versions"') :]
    cards = version_cards(name)
    assert [each.effective_from for each in cards] == sorted(
        (each.effective_from for each in cards), reverse=True
    )
    for each in cards:
        assert f'datetime="{each.effective_from.isoformat()}"' in versions
    assert cards[-1].changes is None
    assert cards[0].changes
    assert cards[0].changes[0].what.capitalize() in versions


def test_any_two_programmes_are_compared(client: Client) -> None:
    page = read(client, "/rulebooks/ftmo-2-step/difference?with=fundingpips-1-step")
    assert "FTMO-style 2-step → FundingPips-style 1-step" in page
    assert "minus 4 % of it within one day." in page
    assert "<del>At least 4 days with a trade opened.</del>" in page
    assert "Every 4 months the account may grow" in page
    assert 'href="/rulebooks/fundingpips-1-step/difference?with=ftmo-2-step"' in page
    same = read(client, "/rulebooks/ftmo-2-step/difference?with=ftmo-2-step")
    assert "Nothing changes for a trader." in same


@pytest.mark.parametrize(
    "address",
    [
        "/rulebooks/ftmo-2-step/difference",
        "/rulebooks/ftmo-2-step/difference?with=nobody",
        "/rulebooks/nobody/difference?with=ftmo-2-step",
        "/rulebooks/nobody.json",
        "/rulebooks/nobody.yaml",
        "/rulebooks/ftmo-2-step/?size=1e5",
    ],
)
def test_what_is_not_there(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_page_is_only_read(client: Client) -> None:
    for address in ("/rulebooks/", "/rulebooks/ftmo-2-step/", "/rulebooks/ftmo-2-step.json"):
        assert client.post(address).status_code in {403, 405}


def test_programs_get_json_with_the_fingerprint(client: Client) -> None:
    answer = client.get("/rulebooks/ftmo-2-step.json")
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    told = json.loads(answer.content)
    canonical = json.dumps(
        told["rulebook"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert hashlib.sha256(canonical.encode()).hexdigest() == told["sha256"]
    assert told["sha256"] == load_rulebook("ftmo-2-step").sha256
    rule = told["phases"][0]["rules"][0]
    assert (rule["rule"], rule["comparison"]) == ("daily_loss", "cross")
    assert rule["effects"] == ["The account is lost."]
    assert told["phases"][2]["payout"][0] == "The trader gets 80 % of a payout."
    assert told["phases"][2]["promotion"] is None


def test_how_a_phase_is_passed_is_on_the_page_and_in_the_json(client: Client) -> None:
    deadline = "The phase pa must be activated within 7 calendar days after the day of the pass."
    page = client.get("/rulebooks/apex-4-eod/").content.decode()
    assert page.count("<h3>Promotion</h3>") == 1  # the last phase leads nowhere
    assert f"<li>{deadline}</li>" in page
    told = json.loads(client.get("/rulebooks/apex-4-eod.json").content)
    assert told["phases"][0]["promotion"][-1] == deadline


def test_the_file_reads_back_to_the_same_rulebook(client: Client) -> None:
    answer = client.get("/rulebooks/ftmo-2-step.yaml")
    assert answer["Content-Disposition"] == 'attachment; filename="ftmo-2-step.yaml"'
    assert parse_rulebook(answer.content, "x").sha256 == load_rulebook("ftmo-2-step").sha256
