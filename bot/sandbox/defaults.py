"""Who and what is in the default workspace. Ids and tokens are fixed: the server listens on loopback only."""

from dataclasses import dataclass, field

TEAM_ID = "T0SANDBOX"
TEAM_DOMAIN = "rung-sandbox"
TEAM_NAME = "Rung sandbox"
APP_ID = "A0RUNG"
BOT_ID = "B0RUNG"
BOT_USER = "U0RUNG"

SAM = "U0SAM"  # staff
RILEY = "U0RILEY"  # reviewer
MORGAN = "U0MORGAN"  # manager

ENGAGEMENT = "C0ENGAGEMENT"
REVIEWS = "C0REVIEWS"
RANDOM = "C0RANDOM"  # the bot is no member here
DM_SAM = "D0SAM"
DM_RILEY = "D0RILEY"
DM_MORGAN = "D0MORGAN"

REVIEWERS = "S0REVIEWERS"  # user group: Riley, Morgan
MANAGERS = "S0MANAGERS"  # user group: Morgan

BOT_TOKEN = "xoxb-sandbox"
APP_TOKEN = "xapp-sandbox"
SIGNING_SECRET = "sandbox-signing-secret"
VERIFICATION_TOKEN = "sandbox-verification-token"

# The scopes that the token carries, as a granted manifest has them.
SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "usergroups:read",
    "users:read",
)

# Every bot event of slack-facts.md section 15, and the two joins a channel bot likes to know.
EVENTS = frozenset(
    [
        "app_mention",
        "message.im",
        "message.mpim",
        "message.channels",
        "message.groups",
        "app_home_opened",
        "app_context_changed",
        "agent_session_stopped",
        "function_executed",
        "channel_rename",
        "channel_archive",
        "channel_id_changed",
        "member_joined_channel",
        "member_left_channel",
        "subteam_members_changed",
        "app_uninstalled",
        "tokens_revoked",
    ]
)


@dataclass(frozen=True)
class PersonSeed:
    """One person of the workspace."""

    role: str
    user_id: str
    name: str
    real_name: str
    title: str
    dm: str
    tz: str = "Europe/London"


@dataclass(frozen=True)
class ChannelSeed:
    """One channel of the workspace."""

    channel_id: str
    name: str
    topic: str
    with_bot: bool = True
    private: bool = False


@dataclass(frozen=True)
class Command:
    """A slash command, as in the app's manifest."""

    command: str
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True)
class Shortcut:
    """A shortcut, as in the app's manifest; `kind` is `message` or `global`."""

    name: str
    callback_id: str
    kind: str = "message"


PEOPLE = (
    PersonSeed("staff", SAM, "Sam", "Sam Okafor", "Engagement officer", DM_SAM),
    PersonSeed("reviewer", RILEY, "Riley", "Riley Hassan", "Reviewer", DM_RILEY),
    PersonSeed("manager", MORGAN, "Morgan", "Morgan Lindqvist", "Engagement manager", DM_MORGAN),
)
CHANNELS = (
    ChannelSeed(ENGAGEMENT, "engagement", "What we did with citizens this week"),
    ChannelSeed(REVIEWS, "reviews", "Second opinions on descriptions"),
    ChannelSeed(RANDOM, "random", "Everything else", with_bot=False),
)
GROUPS = {REVIEWERS: ("reviewers", [RILEY, MORGAN]), MANAGERS: ("managers", [MORGAN])}


@dataclass(frozen=True)
class Settings:
    """What the app's manifest would say, and how patient this Slack is.

    `trigger_life`: seconds a `trigger_id` lives (Slack: 3). `ack_timeout`: seconds the bot has to answer
    (Slack: 3). `retry_delays`: waits before the retries of a failed event (Slack: none, 1 min, 5 min).
    `file_delay`: seconds until an uploaded file is processed.
    """

    bot_name: str = "Rung"
    hint: str = "Paste a description of what you did with citizens, as it is. Rung answers in the thread."
    commands: tuple[Command, ...] = (Command("/rung", "Ask Rung", "help"),)
    shortcuts: tuple[Shortcut, ...] = ()
    events: frozenset[str] = EVENTS
    scopes: tuple[str, ...] = SCOPES
    people: tuple[PersonSeed, ...] = PEOPLE
    channels: tuple[ChannelSeed, ...] = CHANNELS
    groups: dict[str, tuple[str, list[str]]] = field(default_factory=lambda: dict(GROUPS))
    trigger_life: float = 3.0
    ack_timeout: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    file_delay: float = 0.0
