"""What the app asks of Slack, each scope with the calls and events that need it; `manifest.yaml` says the same."""

from __future__ import annotations

# Scope → the Web API methods and events that the code uses by it
# (docs.slack.dev/reference/scopes). Nothing is asked for that nothing uses.
NEEDS: dict[str, tuple[str, ...]] = {
    "app_mentions:read": ("app_mention",),
    "assistant:write": (
        "agents.sessions.setStatus",
        "assistant.threads.setSuggestedPrompts",
        "app_context_changed",
    ),
    "channels:history": ("conversations.replies", "conversations.history", "message.channels"),
    "channels:read": ("conversations.info", "channel_archive", "channel_id_changed", "member_left_channel"),
    "chat:write": (
        "chat.postMessage",
        "chat.postEphemeral",
        "chat.update",
        "chat.delete",
        "chat.getPermalink",
    ),
    "commands": ("/rung", "shortcuts"),
    "files:read": ("files.info",),
    "files:write": ("files.getUploadURLExternal", "files.completeUploadExternal", "files.delete"),
    "groups:history": ("conversations.replies", "message.groups"),
    "groups:read": ("conversations.info", "conversations.members"),
    "im:history": ("conversations.replies", "message.im"),
    "im:read": ("conversations.info",),
    "im:write": ("chat.postMessage",),
    "usergroups:read": ("usergroups.users.list",),
    "users:read": ("users.info",),
}
SCOPES = tuple(NEEDS)
# No scope is needed for these.
FREE = (
    "auth.test",
    "views.open",
    "views.update",
    "views.publish",
    "functions.completeSuccess",
    "functions.completeError",
    "app_home_opened",
    "function_executed",
    "app_uninstalled",
    "tokens_revoked",
)
