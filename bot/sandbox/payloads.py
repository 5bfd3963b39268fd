"""The JSON that Slack sends (docs.slack.dev/reference/events, …/reference/interaction-payloads)."""

import secrets
from typing import Any

from bot.sandbox import defaults
from bot.sandbox.files import Files
from bot.sandbox.inputs import state_of
from bot.sandbox.views import View
from bot.sandbox.workspace import Channel, Message, User, Workspace

Json = dict[str, Any]
_CHANNEL_TYPE = {"channel": "channel", "group": "group", "im": "im"}


def message(workspace: Workspace, files: Files, one: Message, *, with_metadata: bool = False) -> Json:
    """A message as the Web API and events show it."""
    body: Json = {
        "type": "message",
        "ts": one.ts,
        "text": one.text,
        "user": one.user,
        "team": defaults.TEAM_ID,
    }
    if one.bot_id:
        body |= {"bot_id": one.bot_id, "app_id": defaults.APP_ID}
    for name in ("blocks", "attachments", "thread_ts", "subtype", "edited", "client_msg_id"):
        if getattr(one, name):
            body[name] = getattr(one, name)
    if one.files:
        body["files"] = [files.to_slack(files.get(file_id)) for file_id in one.files]
    if one.reactions:
        body["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in one.reactions.items()
        ]
    if with_metadata and one.metadata:
        body["metadata"] = one.metadata
    replies = [] if one.is_reply else workspace.replies(one)
    if replies:
        body |= {"thread_ts": one.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
    return body


def event_callback(event: Json) -> Json:
    """The envelope of one event."""
    return {
        "token": defaults.VERIFICATION_TOKEN,
        "team_id": defaults.TEAM_ID,
        "api_app_id": defaults.APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": "Ev" + secrets.token_hex(5).upper(),
        "event_time": int(float(event.get("event_ts", "0"))),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": defaults.TEAM_ID,
                "user_id": defaults.BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def channel_object(channel: Channel) -> Json:
    """A conversation object."""
    body: Json = {
        "id": channel.id,
        "is_im": channel.kind == "im",
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_member": defaults.BOT_USER in channel.members,
    }
    if channel.kind == "im":
        return {**body, "user": channel.person}
    return {
        **body,
        "name": channel.name,
        "topic": {"value": channel.topic},
        "num_members": len(channel.members),
    }


def user_object(user: User) -> Json:
    """A user object."""
    return {
        "id": user.id,
        "team_id": defaults.TEAM_ID,
        "name": user.name.lower(),
        "real_name": user.real_name,
        "tz": user.tz,
        "is_bot": user.is_bot,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "deleted": False,
        **user.flags,
        "profile": {"real_name": user.real_name, "display_name": user.name, "title": user.title},
    }


def channel_type(channel: Channel) -> str:
    """What events call the kind of a channel."""
    return _CHANNEL_TYPE[channel.kind]


def interaction(kind: str, user: User, trigger_id: str) -> Json:
    """What every interaction payload holds."""
    return {
        "type": kind,
        "team": {"id": defaults.TEAM_ID, "domain": defaults.TEAM_DOMAIN},
        "user": {
            "id": user.id,
            "username": user.name.lower(),
            "name": user.name.lower(),
            "team_id": defaults.TEAM_ID,
        },
        "api_app_id": defaults.APP_ID,
        "token": defaults.VERIFICATION_TOKEN,
        "trigger_id": trigger_id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def in_message(workspace: Workspace, files: Files, one: Message) -> Json:
    """Where in a message something was pressed."""
    name = workspace.name_of(one.channel)
    return {
        "container": {
            "type": "message",
            "message_ts": one.ts,
            "channel_id": one.channel,
            "is_ephemeral": one.is_ephemeral,
            **({"thread_ts": one.thread_ts} if one.thread_ts else {}),
        },
        "channel": {"id": one.channel, "name": name},
        "message": message(workspace, files, one),
        "state": {"values": state_of(one.blocks)},
    }


def in_view(view: View) -> Json:
    """Where in a view something was pressed."""
    return {"container": {"type": "view", "view_id": view.id}, "view": view.to_slack()}


def command(user: User, channel: Channel) -> Json:
    """What every slash command holds (docs.slack.dev/interactivity/implementing-slash-commands)."""
    return {
        "token": defaults.VERIFICATION_TOKEN,
        "team_id": defaults.TEAM_ID,
        "team_domain": defaults.TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.kind == "im" else channel.name,
        "user_id": user.id,
        "user_name": user.name.lower(),
        "api_app_id": defaults.APP_ID,
        "is_enterprise_install": "false",
    }
