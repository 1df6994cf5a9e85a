"""Which colour a state has. The words carry the meaning; the colour only repeats it."""

from __future__ import annotations

#: (machine, state) -> ok, wait, risk, calm, accent or quiet. What is missing is quiet.
TONES: dict[tuple[str, str], str] = {
    ("case", "identification"): "calm",
    ("case", "referral"): "accent",
    ("case", "placement"): "accent",
    ("case", "support"): "accent",
    ("case", "reintegration"): "accent",
    ("case", "follow_up"): "ok",
    ("case", "on_hold"): "wait",
    ("status", "potential"): "wait",
    ("status", "presumed"): "calm",
    ("status", "identified"): "ok",
    ("screening", "draft"): "wait",
    ("screening", "completed"): "ok",
    ("consent", "given"): "ok",
    ("consent", "withdrawn"): "risk",
    ("consent", "expired"): "wait",
    ("referral", "sent"): "wait",
    ("referral", "more_info"): "wait",
    ("referral", "accepted"): "ok",
    ("referral", "in_service"): "accent",
    ("referral", "completed"): "ok",
    ("referral", "declined"): "risk",
    ("referral", "expired"): "risk",
    ("placement", "requested"): "wait",
    ("placement", "offered"): "calm",
    ("placement", "admitted"): "ok",
    ("placement", "on_leave"): "wait",
    ("placement", "declined"): "risk",
    ("placement", "expired"): "risk",
    ("support", "planned"): "calm",
    ("support", "active"): "accent",
    ("support", "paused"): "wait",
    ("support", "completed"): "ok",
    ("alert", "raised"): "risk",
    ("alert", "assessing"): "risk",
    ("alert", "managed"): "wait",
    ("reintegration", "draft"): "wait",
    ("reintegration", "agreed"): "calm",
    ("reintegration", "in_progress"): "accent",
    ("reintegration", "monitoring"): "calm",
    ("reintegration", "completed"): "ok",
    ("risk", "low"): "ok",
    ("risk", "medium"): "wait",
    ("risk", "high"): "risk",
    ("risk", "critical"): "risk",
    ("risk", "unknown"): "quiet",
    ("outcome", "done"): "ok",
    ("outcome", "refused"): "wait",
    ("outcome", "failed"): "risk",
}


def tone_of(kind: str, state: str) -> str:
    return TONES.get((kind, str(state)), "quiet")
