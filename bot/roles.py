"""Who may do what: staff, reviewer, admin. Checked at every deed, also at a button of an old message."""

from __future__ import annotations

import logging
import time
from enum import IntEnum

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.services import Services

logger = logging.getLogger(__name__)
_GROUP_SECONDS = 300.0  # a user group's members are asked of Slack this often
_groups: dict[str, tuple[float, frozenset[str]]] = {}


class Role(IntEnum):
    """Each role may do what those before it may."""

    STAFF = 0
    REVIEWER = 1
    ADMIN = 2


def role_of(services: Services, client: WebClient, team: str, person: str) -> Role:
    """The highest role of a person: by settings, by name, or through a user group."""
    if person in services.admins:
        return Role.ADMIN
    found = Role.STAFF
    for member, role in services.reviews.roles(team).items():
        here = Role[role.upper()]
        if here > found and (
            member == person or (member.startswith("S") and person in group(client, member))
        ):
            found = here
    return found


def group(client: WebClient, group_id: str) -> frozenset[str]:
    """Members of a user group; empty where Slack does not tell."""
    asked, members = _groups.get(group_id, (0.0, frozenset()))
    if time.monotonic() - asked > _GROUP_SECONDS or not asked:
        try:
            members = frozenset(client.usergroups_users_list(usergroup=group_id)["users"])
        except SlackApiError as error:
            logger.warning("group_unknown id=%s error=%s", group_id, error.response["error"])
        _groups[group_id] = (time.monotonic(), members)
    return members
