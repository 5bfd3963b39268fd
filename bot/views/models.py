"""What admins see of models: progress, outcome, versions, how far the model can be trusted lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.drift import FLOOR, Month
from bot.ids import Action
from bot.retrain import Outcome
from bot.views.parts import Block, Reply, actions, button, clip, fallback, note, section
from classifier.registry import Version
from classifier.taxonomy import Taxonomy

BUSY = "A retraining is waiting or running already. I show how far it is where it was asked for."
SHOWN = 8  # versions


def progress(job_id: int, words: str) -> list[Block]:
    """How far a retraining is, and the way to end it."""
    return [section(words), actions(button("Cancel", Action.CANCEL, str(job_id), "danger"))]


def outcome(book: Taxonomy, found: Outcome) -> Reply:
    """What came of a retraining: promoted or not, why, and what changes."""
    lead = f"Model {found.version} serves now." if found.promoted else "The model stays as it is."
    if found.version and not found.promoted:
        lead += f" The new one, {found.version}, is kept; `/rung models` can still promote it."
    lines = [*found.because]
    for head, f in found.figures.items():
        name = "type" if head == "engagement" else head
        covered = f"{f['coverage_before']:.0%} to {f['coverage_after']:.0%}"
        lines.append(
            f"{name}: macro-F1 {f['before']:.2f} to {f['after']:.2f} ({f['won']} won, {f['lost']} lost); "
            f"calibration error {f['calibration_before']:.2f} to {f['calibration_after']:.2f}; "
            f"can be asserted with nine of ten right: {covered}."
        )
    right, count = found.corrections
    if count:
        apart, apart_count = found.corrections_apart
        kept = f" ({apart} of {apart_count} among those it has not learnt from)" if apart_count else ""
        lines.append(f"{right} of your {count} corrections are now predicted{kept}.")
        lines += [f"• {clip(title, 80)}" for title in found.learnt[:5]]
    if found.suspects:
        lines.append(f"{len(found.suspects)} reviewed labels look wrong and wait for a second look.")
    moved = [
        f"• {clip(title, 80)}: {book.engagement[a].name.lower()} to {book.engagement[b].name.lower()}"
        for title, a, b in found.changed[:5]
    ]
    if moved:
        moved.insert(0, f"{len(found.changed)} reviewed cases change their type, among them:")
    blocks = [section(f"*{lead}*"), *(note(line) for line in [*lines, *moved])]
    return Reply(fallback(" ".join([lead.replace("`", ""), *lines, *moved])), blocks)


def versions(found: Sequence[Version], current: str | None, promoted: Mapping[str, tuple[str, str]]) -> Reply:
    """The versions, newest first, with their figures and the ways to change which one serves."""
    blocks: list[Block] = [section("*Models*, newest first")]
    for version in found[:SHOWN]:
        facts = version.manifest
        serves = version.name == current
        by, at = promoted.get(version.name, ("", ""))
        lines = [f"{version.name}{' serves now' if serves else ''}. {facts.get('cases', '?')} cases,"]
        lines.append(f"{len(facts.get('reviewed', []))} of them reviewed.")
        for head, f in facts.get("judged", {}).items():
            lines.append(f"{head}: macro-F1 {f['after']:.2f} (the one before {f['before']:.2f}).")
        lines += [f"Refused: {fault}" for fault in facts.get("refused", [])]
        if at:
            lines.append(f"Promoted {at[:10]}{f' by <@{by}>' if by.startswith(('U', 'W')) else ''}.")
        row = section(" ".join(lines))
        if not serves:
            row["accessory"] = button("Promote", f"{Action.PROMOTE}_{version.name}", version.name)
        blocks.append(row)
    names = ", ".join(version.name for version in found[:SHOWN])
    return Reply(fallback(f"Models: {names}. {current} serves now."), blocks)


def lately(months: Sequence[Month]) -> str:
    """How far the model can be trusted, in a sentence."""
    checked = [month.right for month in months if month.right is not None]
    if not checked:
        return f"How far the model is right: too few to say (under {FLOOR} checked at random in a month)."
    share, low, high, count = checked[-1]
    right = f"{share:.0%} were right (between {low:.0%} and {high:.0%})"
    return f"Of {count} labels checked at random lately {right}."


def drift(months: Sequence[Month]) -> Reply:
    """Figures by month, and what left its band."""
    if not months:
        words = "No cases yet."
        return Reply(words, [section(words)])
    lines = []
    for month in months[-6:]:
        parts = [f"*{month.month}*: {month.cases} cases"]
        if month.right is None:
            parts.append(f"accuracy in use: too few to say (under {FLOOR} checked at random)")
        else:
            share, low, high, count = month.right
            parts.append(f"{share:.0%} right (between {low:.0%} and {high:.0%}) of {count} checked at random")
        if month.unsure is not None:
            parts.append(f"not sure of {month.unsure:.0%}")
        lines.append("; ".join(parts) + ".")
    warnings = [f"⚠ {warning}" for warning in months[-1].warnings]
    blocks = [section("*How far the model can be trusted*"), section("\n".join(lines))]
    blocks += [section(warning) for warning in warnings]
    return Reply(fallback(" ".join([*lines, *warnings]).replace("*", "")), blocks)
