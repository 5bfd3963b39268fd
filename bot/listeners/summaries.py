"""Weekly summaries in Slack: subscribe, change, share; and the post itself, once a week whoever tries."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import charts, numbers, summary, training_job
from bot.ids import Action, Callback, Field
from bot.numbers import Scope
from bot.replies import Clients
from bot.services import Services
from bot.store import Claim
from bot.summary import Due, Subscription, Summary
from bot.views import models as models_view
from bot.views import summary as view

logger = logging.getLogger(__name__)
MARK = "rung_summary"
_CLOSED = ("is_archived", "not_in_channel", "channel_not_found", "restricted_action")


def register(app: App, services: Services) -> None:
    """Bind the form and the buttons."""
    app.view(Callback.SUBSCRIBE)(partial(on_subscribe, services))
    app.action(re.compile(rf"{Action.CHANGE}_\d+"))(partial(on_edit, services))
    app.action(re.compile(rf"{Action.PAUSE}_\d+"))(partial(on_change, services, None))
    app.action(re.compile(rf"{Action.END}_\d+"))(partial(on_change, services, "ended"))
    for closed in ("channel_archive", "group_archive", "member_left_channel"):
        app.event(closed)(partial(on_closed, services))
    app.event("channel_id_changed")(partial(on_renumbered, services))
    app.action(Action.SHARE)(partial(on_share, services))


def open_form(client: WebClient, trigger_id: str, person: str) -> None:
    """Open the form, with the person's own time zone."""
    client.views_open(trigger_id=trigger_id, view=view.form(time_zone(client, person)))


def time_zone(client: WebClient, person: str) -> str:
    """A person's time zone by name; UTC where Slack does not tell."""
    try:
        return str(client.users_info(user=person)["user"].get("tz") or "UTC")
    except SlackApiError:
        return "UTC"


def on_subscribe(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Keep or change a subscription, if Rung may post there."""
    values, team, person = body["view"]["state"]["values"], body["team"]["id"], body["user"]["id"]
    channel = values[Field.CHANNEL][Field.CHANNEL]["selected_channel"]
    if not client.conversations_info(channel=channel)["channel"].get("is_member"):
        ack(response_action="errors", errors={Field.CHANNEL: view.NEED_CHANNEL.replace("`", "")})
        return
    tz, _, number = body["view"]["private_metadata"].partition("|")
    parts = [part["value"] for part in values[Field.INCLUDE][Field.INCLUDE].get("selected_options") or []]
    chosen = {
        field: values[field][field]["selected_option"]["value"]
        for field in (Field.DAY, Field.HOUR, Field.SCOPE)
    }
    kept: dict[str, Any] = {
        "channel": channel,
        "weekday": int(chosen[Field.DAY]),
        "hour": int(chosen[Field.HOUR]),
        "tz": tz,
        "scope": chosen[Field.SCOPE],
        "include": ",".join(parts),
    }
    if number and services.subscriptions.get(team, int(number)).person == person:
        services.subscriptions.change(team, int(number), **kept)
    else:
        number = str(services.subscriptions.add(team, person, services.now(), **kept))
    ack()
    reply = view.subscribed(services.subscriptions.get(team, int(number)))
    client.chat_postMessage(channel=person, text=reply.text, blocks=reply.blocks)


def on_edit(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Open the form of one's own subscription."""
    ack()
    one = services.subscriptions.get(body["team"]["id"], int(body["actions"][0]["value"]))
    if one.person == body["user"]["id"]:
        client.views_open(trigger_id=body["trigger_id"], view=view.form(one.tz, one))


def on_change(
    services: Services, state: str | None, ack: Ack, body: dict[str, Any], respond: Respond
) -> None:
    """Pause, wake or end one's own subscription."""
    team, person = body["team"]["id"], body["user"]["id"]
    one = services.subscriptions.get(team, int(body["actions"][0]["value"]))
    if one.person == person:
        to = state or ("paused" if one.state == "active" else "active")
        services.subscriptions.change(team, one.id, state=to)
    ack()
    reply = view.subscriptions(services.subscriptions.of_person(team, person))
    respond(text=reply.text, blocks=reply.blocks, replace_original=True)


def at_once(
    services: Services, client: WebClient, team: str, person: str, channel: str, words: str
) -> Summary | None:
    """The summary that was asked for: `[this week|last week|month|from to] [channel|mine|all]`."""
    rest, scope = words.strip(), Scope(team, channel=None if channel.startswith("D") else channel)
    for word, chosen in (("channel", scope), ("mine", Scope(team, person=person)), ("all", Scope(team))):
        if rest.endswith(word):
            rest, scope = rest.removesuffix(word).strip(), chosen
            break
    tz = time_zone(client, person)
    today = services.now().astimezone(ZoneInfo(tz)).date()
    found = summary.when(rest, today, tz)
    if found is None:
        return None
    name, span = found
    return summary.make(services.store, scope, span, name, len(services.reviews.waiting(team)))


def on_share(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Post in the channel what one person alone has seen."""
    ack()
    team, person, channel = body["team"]["id"], body["user"]["id"], body["channel"]["id"]
    found = at_once(services, client, team, person, channel, body["actions"][0]["value"])
    if found is not None:
        publish(services, client, channel, found)


def publish(
    services: Services, client: WebClient, channel: str, found: Summary, mark: dict[str, Any] | None = None
) -> str:
    """Post a summary: words at once, its picture and a CSV in the thread."""
    links = {}
    for case in found.noted:
        stored = services.store.case(found.scope.team_id, case.case_id)
        try:
            link = client.chat_getPermalink(channel=case.channel, message_ts=stored.message.thread_ts)
            links[case.case_id] = str(link["permalink"])
        except SlackApiError:
            logger.info("no_permalink case=%s", case.case_id)
    reply = view.post(services.book, found, links)
    metadata = {"event_type": MARK, "event_payload": mark} if mark else None
    posted = client.chat_postMessage(
        channel=channel, text=reply.text, blocks=reply.blocks, metadata=metadata, unfurl_links=False
    )
    ts = str(posted["ts"])
    if found.numbers.total:
        attach(services, client, channel, ts, found)
    return ts


def attach(services: Services, client: WebClient, channel: str, ts: str, found: Summary) -> None:
    """Picture and CSV in the thread; a summary without them is still whole in words."""
    png, alt = charts.week(services.book, found.numbers), view.in_words(services.book, found)
    try:
        client.files_upload_v2(
            content=png,
            filename="week.png",
            title=found.name,
            alt_txt=alt[:1000],
            channel=channel,
            thread_ts=ts,
        )
        table = summary.to_csv(services.book, found)
        client.files_upload_v2(
            content=table, filename="week.csv", title="Numbers", channel=channel, thread_ts=ts
        )
    except SlackApiError as error:
        logger.warning("attachment_refused error=%s", error.response["error"])


def deliver_due(services: Services, clients: Clients) -> None:
    """Post every summary whose time has come, once, whoever else tries."""
    for one in services.subscriptions.active():
        found = summary.due(one, services.now())
        if found is None:
            continue
        claim = services.subscriptions.claim(one.id, found.week, services.now())
        if claim is not Claim.TAKEN:
            deliver(services, clients(one.team_id), found, again=claim is Claim.AGAIN)


def deliver(services: Services, client: WebClient, found: Due, *, again: bool) -> None:
    """Post one summary, after a look whether a worker that died has posted it; a closed channel ends it."""
    one, mark = found.subscription, {"subscription": found.subscription.id, "week": found.week}
    try:
        ts = _posted(client, one.channel, mark) if again else None
        if ts is None:
            span = numbers.week_of(found.monday, one.tz)
            name = f"Week of {found.monday.day} {found.monday:%B}"
            waiting = len(services.reviews.waiting(one.team_id))
            scope = Scope(one.team_id, channel=one.channel if one.scope == "channel" else None)
            include = tuple(one.include.split(","))
            trust = models_view.lately(training_job.trust(services, one.team_id))
            made = summary.make(services.store, scope, span, name, waiting, found.late, trust, include)
            ts = publish(services, client, one.channel, made, mark)
    except SlackApiError as error:
        if error.response["error"] not in _CLOSED:
            raise
        services.subscriptions.delivered(one.id, found.week, "")
        _sleep(services, client, one)
        return
    services.subscriptions.delivered(one.id, found.week, ts)


def _sleep(services: Services, client: WebClient, one: Subscription) -> None:
    """Let a subscription sleep whose channel is closed to us, and tell the subscriber once."""
    if services.subscriptions.change(one.team_id, one.id, state="asleep"):
        client.chat_postMessage(channel=one.person, text=view.ASLEEP.format(channel=one.channel))


def on_closed(services: Services, body: dict[str, Any], context: dict[str, Any], client: WebClient) -> None:
    """A channel was archived, or the bot removed from it."""
    event = body["event"]
    if event["type"] == "member_left_channel" and event.get("user") != context.get("bot_user_id"):
        return
    for one in services.subscriptions.active():
        if (one.team_id, one.channel) == (body["team_id"], event["channel"]):
            _sleep(services, client, one)


def on_renumbered(services: Services, body: dict[str, Any]) -> None:
    """A channel that became shared has another id now; what belongs to it goes along."""
    event = body["event"]
    services.texts.renumber(body["team_id"], event["old_channel_id"], event["new_channel_id"])


def _posted(client: WebClient, channel: str, mark: dict[str, Any]) -> str | None:
    """The `ts` of a summary that was posted before, if it was."""
    page = client.conversations_history(channel=channel, include_all_metadata=True, limit=100)
    for message in page["messages"]:
        found = message.get("metadata") or {}
        if found.get("event_type") == MARK and found.get("event_payload") == mark:
            return str(message["ts"])
    return None
