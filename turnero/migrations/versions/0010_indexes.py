"""Indexes for what was found by reading a table from its beginning."""

from alembic import op

revision = "0010_indexes"
down_revision = "0009_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_callback_ticket", "callback", ["ticket", "ended_ms"])
    op.create_index("ix_leg_callback", "leg", ["callback", "at_ms"])
    op.create_index("ix_phone_number", "phone", ["number_index"])
    op.create_index("ix_help_call_done", "help_call", ["site", "done_ms"])
    op.create_index("ix_message_ended", "message", ["site", "kind", "ended_ms"])
