"""Who may do what: guest, staff, reviewer, admin. Checked at every deed, also at a button of an old message."""

from __future__ import annotations

import logging
import time
from enum import IntEnum

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.services import Services

logger = logging.getLogger(__name__)
_GROUP_SECONDS = 300.0  # a user group's members are asked of Slack this often
_GUEST_SECONDS = 300.0  # so is whether somebody is a guest
_guests: dict[tuple[str, str], tuple[float, bool]] = {}
_groups: dict[str, tuple[float, frozenset[str]]] = {}


class Role(IntEnum):
    """Each role may do what those before it may. Guests see their own cases and nobody else's."""

    GUEST = 0
    STAFF = 1
    REVIEWER = 2
    ADMIN = 3


def role_of(services: Services, client: WebClient, team: str, person: str) -> Role:
    """The highest role of a person: by settings, by name, or through a user group."""
    if is_guest(client, team, person):
        return Role.GUEST  # also one who was named a reviewer before
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


def is_guest(client: WebClient, team: str, person: str) -> bool:
    """Whether a person is a guest here, or of another organisation; so is one whom Slack does not know."""
    asked, guest = _guests.get((team, person), (0.0, True))
    if time.monotonic() - asked > _GUEST_SECONDS or not asked:
        try:
            user = client.users_info(user=person)["user"]
            flags = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted")
            foreign = user.get("team_id") not in (None, team) and not user.get("enterprise_user")
            guest = foreign or any(user.get(flag) for flag in flags)
        except SlackApiError as error:
            logger.warning("person_unknown error=%s", error.response["error"])
            return True
        _guests[team, person] = (time.monotonic(), guest)
    return guest


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
