"""The buttons *Details* and *Not right?*, and the form behind the second."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot import charts, replies, review
from bot.ids import Action, Callback, Field
from bot.intake import enqueue
from bot.listeners.pressed import found, pressed
from bot.roles import Role, role_of
from bot.services import Services
from bot.store import Correction, NotFound, StoredCase
from bot.views import correction as correction_view
from bot.views import details as view
from bot.views import doors as doors_view
from bot.views import review as review_view


def register(app: App, services: Services) -> None:
    """Bind both buttons and the form."""
    app.action(Action.DETAILS)(partial(on_details, services))
    app.action(Action.WRONG)(partial(on_wrong, services))
    app.view(Callback.CORRECTION)(partial(on_correction, services))


def on_details(
    services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient
) -> None:
    """Open the modal at once, in words; its picture follows when it is uploaded."""
    ack()
    press = pressed(body)
    case = _seen(services, client, body, respond, ack)
    if case is None or case.assessment is None:
        return
    given = services.store.answers(press.team, case.id)
    mine = press.person in (case.message.author, case.message.asker)
    in_words = view.render(services.book, case, case.assessment, given, may_settle=mine)
    opened = client.views_open(trigger_id=body["trigger_id"], view=in_words)
    png = charts.probabilities(services.book, case.assessment)
    file = replies.upload(client, png, view.in_words(services.book, case.assessment))
    if file is not None:
        shown = view.render(services.book, case, case.assessment, given, image=file, may_settle=mine)
        replies.update_view(client, opened["view"]["id"], shown)


def _seen(
    services: Services, client: WebClient, body: dict[str, Any], respond: Respond, ack: Ack
) -> StoredCase | None:
    """The case of a press, if the person may look into it: a guest only into his own."""
    press = pressed(body)
    case = found(services, press, respond, ack)
    if case is None or press.person in (case.message.author, case.message.asker):
        return case
    if role_of(services, client, press.team, press.person) > Role.GUEST:
        return case
    if press.in_message:
        respond(text=doors_view.NOT_FOR_GUESTS, replace_original=False, response_type="ephemeral")
    return None


def on_wrong(services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient) -> None:
    """Open the form with what the model says already chosen."""
    ack()
    case = _seen(services, client, body, respond, ack)
    if case is not None and case.assessment is not None:
        form = correction_view.render(services.book, case, case.assessment)
        client.views_open(trigger_id=body["trigger_id"], view=form)


def on_correction(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Keep the correction and say so in the thread."""
    values = body["view"]["state"]["values"]
    engagement = values[Field.ENGAGEMENT][Field.ENGAGEMENT]["selected_option"]["value"]
    pathway = values[Field.PATHWAY][Field.PATHWAY]["selected_option"]["value"]
    reason = (values[Field.REASON][Field.REASON]["value"] or "").strip()
    person = body["user"]["id"]
    try:
        case = services.store.case(body["team"]["id"], int(body["view"]["private_metadata"]))
    except NotFound:
        ack(response_action="errors", errors={Field.REASON: "This description is no longer here."})
        return
    said = case.assessment
    if (
        said is not None
        and not reason
        and (engagement, pathway) == (said.engagement.label, said.pathway.label)
    ):
        ack(response_action="errors", errors={Field.ENGAGEMENT: correction_view.SAME})
        return
    kept = Correction(engagement, pathway, reason, person, services.now().isoformat())
    services.store.correct(case.message.team_id, case.id, kept)
    enqueue(services, case, (review.AUTHOR,))
    ack()
    if services.review_channel:
        call = review_view.call(len(services.reviews.waiting(case.message.team_id)))
        client.chat_postMessage(channel=services.review_channel, text=call.text, blocks=call.blocks)
    thanks = correction_view.thanks(services.book, engagement, pathway)
    client.chat_postEphemeral(
        channel=case.message.channel,
        thread_ts=case.message.thread_ts,
        user=person,
        text=thanks.text,
        blocks=thanks.blocks,
    )
