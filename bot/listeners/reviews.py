"""Reviewing in Slack: the next case, *Save and next*, revise, undo."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot import followup, replies, review
from bot.ids import Action, Callback, Field
from bot.intake import enqueue
from bot.reviews import Review
from bot.roles import Role, role_of
from bot.services import Services
from bot.store import NotFound, StoredCase
from bot.views import doors
from bot.views import review as view
from bot.views.parts import Block


def register(app: App, services: Services) -> None:
    """Bind the buttons and the form."""
    app.action(Action.REVIEW)(partial(on_next, services))
    app.action(re.compile(rf"{Action.REVISE}_\d+"))(partial(on_revise, services))
    app.action(re.compile(rf"{Action.UNDO}_\d+"))(partial(on_undo, services))
    app.view(Callback.REVIEW)(partial(on_save, services))


def allowed(services: Services, client: WebClient, body: dict[str, Any]) -> bool:
    """Whether the person may review; one who may not any more is told so."""
    return role_of(services, client, body["team"]["id"], body["user"]["id"]) >= Role.REVIEWER


def refuse(body: dict[str, Any], respond: Respond) -> None:
    """Say that this is for reviewers."""
    if body.get("response_url"):
        respond(text=doors.NOT_ALLOWED, response_type="ephemeral", replace_original=False)


def on_next(services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient) -> None:
    """Open the form of the next case."""
    ack()
    if not allowed(services, client, body):
        refuse(body, respond)
        return
    client.views_open(
        trigger_id=body["trigger_id"], view=next_form(services, body["team"]["id"], body["user"]["id"])
    )


def next_form(services: Services, team: str, person: str) -> Block:
    """The form of the most useful case that this person has not reviewed, held for him."""
    ordered = review.order(services.reviews.waiting(team), services.now())
    case_id = services.reviews.hold(team, [entry.case for entry in ordered], person, services.now())
    if case_id is None:
        return view.finished(sum(one.person == person for one in services.reviews.standing(team)))
    case = services.store.case(team, case_id)
    blind = review.share("blind", f"{case_id}:{person}", review.BLIND_SHARE)
    return _form(services, case, len(ordered), blind=blind)


def _form(
    services: Services, case: StoredCase, left: int, *, blind: bool, before: Review | None = None
) -> Block:
    if case.assessment is None:
        raise LookupError(f"case {case.id} is in the queue and not assessed")
    team = case.message.team_id
    # Reviews that differ are shown to a third once he has answered: when he revises.
    others = [] if before is None else services.reviews.of_case(team, case.id)
    others = [one for one in others if before is not None and one.person != before.person]
    why = services.reviews.reasons(team, case.id)
    return view.form(
        services.book, case, case.assessment, why, blind=blind, left=left, before=before, others=others
    )


def on_save(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Keep the review, show the next case in the same form, and tell the author once it is settled."""
    team, person = body["team"]["id"], body["user"]["id"]
    case_id, blind, action = body["view"]["private_metadata"].split(":")
    if not allowed(services, client, body):
        ack(response_action="errors", errors={Field.ENGAGEMENT: doors.NOT_ALLOWED})
        return
    try:
        case = services.store.case(team, int(case_id))
    except NotFound:
        ack(response_action="update", view=next_form(services, team, person))
        return
    kept = _review(services, case, body["view"]["state"]["values"], person, bool(int(blind)), action)
    if kept.span and kept.span not in (case.message.text or ""):
        ack(
            response_action="errors",
            errors={Field.SPAN: "These words are not in the text. Copy them from it."},
        )
        return
    services.reviews.save(team, kept)
    settle(services, case)
    ack(response_action="update", view=next_form(services, team, person))
    tell(services, case, client)


def _review(
    services: Services, case: StoredCase, values: dict[str, Any], person: str, blind: bool, action: str
) -> Review:
    """A review from the form's values."""

    def chosen(field: str) -> str:
        return str(values[field][field]["selected_option"]["value"])

    modes = [option["value"] for option in values[Field.MODES][Field.MODES].get("selected_options") or []]
    assessment = case.assessment
    if assessment is None:
        raise LookupError(f"case {case.id} was reviewed and not assessed")
    return Review(
        case=case.id,
        person=person,
        engagement=chosen(Field.ENGAGEMENT),
        pathway=_tied(chosen(Field.ENGAGEMENT), chosen(Field.PATHWAY)),
        level=chosen(Field.LEVEL),
        modes=tuple(modes) if chosen(Field.ENGAGEMENT) in ("participation", "co_production") else (),
        span=(values[Field.SPAN][Field.SPAN].get("value") or "").strip(),
        comment=(values[Field.COMMENT][Field.COMMENT].get("value") or "").strip(),
        blind=blind,
        said_engagement=assessment.engagement.label,
        said_pathway=assessment.pathway.label,
        made_at=services.now().isoformat(),
        action=action,
    )


def _tied(engagement: str, pathway: str) -> str:
    """The codebook ties the pathway to two types."""
    return {"self_help": "outside_in", "out_of_scope": "unclear"}.get(engagement, pathway)


def settle(services: Services, case: StoredCase) -> None:
    """Take a case out of the queue when its reviews suffice; two that differ ask for a third."""
    team = case.message.team_id
    services.reviews.settle(team, case.id, partial(review.suffice, case_id=case.id), services.now())
    services.facts.refresh(case)
    found = review.verdict(services.reviews.of_case(team, case.id), case.id)
    if found.disputed and found.standing is None:
        enqueue(services, case, (review.AGAIN,))


def tell(services: Services, case: StoredCase, client: WebClient) -> None:
    """Tell the author in the thread, once for each verdict, and let the answer above follow it."""
    team = case.message.team_id
    standing = review.verdict(services.reviews.of_case(team, case.id), case.id).standing
    if standing is None or not services.store.note_verdict(team, case.id, "/".join(standing.labels)):
        return
    if not (standing.corrects or review.AUTHOR in services.reviews.reasons(team, case.id)):
        return  # an author who did not ask need not hear that all is well
    given = {
        key: value
        for head, label in (("engagement", standing.engagement), ("pathway", standing.pathway))
        for key, value in followup.settle(services.book, head, label).items()
    }
    services.store.answer(team, case.id, given, standing.person, services.now())
    replies.follow(services, client, case, view.told(services.book, standing))


def on_revise(
    services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient
) -> None:
    """Open one's own review again, with what others say beside it."""
    ack()
    found = _own(services, client, body, respond)
    if found is not None:
        case, before = found
        form = _form(
            services, case, len(services.reviews.waiting(case.message.team_id)), blind=False, before=before
        )
        client.views_open(trigger_id=body["trigger_id"], view=form)


def on_undo(services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient) -> None:
    """Take one's own review back; the case waits again, and the history keeps both steps."""
    found = _own(services, client, body, respond)
    if found is not None:
        case, before = found
        undone = Review(**{**before.__dict__, "action": "undo", "made_at": services.now().isoformat()})
        services.reviews.save(case.message.team_id, undone)
        settle(services, case)
    ack()
    if found is not None:
        respond(
            text="Undone. The case waits for review again.", response_type="ephemeral", replace_original=False
        )


def _own(
    services: Services, client: WebClient, body: dict[str, Any], respond: Respond
) -> tuple[StoredCase, Review] | None:
    """The case and the person's own standing review, if he may still review."""
    team, person = body["team"]["id"], body["user"]["id"]
    if not allowed(services, client, body):
        refuse(body, respond)
        return None
    case = services.store.case(team, int(body["actions"][0]["value"]))
    mine = [one for one in services.reviews.of_case(team, case.id) if one.person == person]
    return (case, mine[-1]) if mine else None
